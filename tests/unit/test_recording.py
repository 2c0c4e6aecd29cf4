"""Files of frames: what is written is read again, and what is no such file is told from one."""

import json
import os

import pytest

from openenv_tui.connection.recording import Recorder, read_recording, recorded
from openenv_tui.errors import RecordingError, UsageError
from openenv_tui.wire.tape import MOST_FRAMES, Tape, TapedTransport, Way
from openenv_tui.wire.transport import ScriptedTransport

STATE = '{"type":"state"}'
RESET = '{"type":"reset","data":{"seed":7}}'
STEP = '{"type":"step","data":{"action_id":1}}'
SEEN = '{"type":"observation","data":{"observation":{"text":"\\u001b[2J"},"reward":0,"done":false}}'


def played(path):
    """A recording of an introduction and one episode, the clock going in seconds."""
    ticks = iter(range(100))
    tape = Tape(lambda: next(ticks))
    recorder = Recorder(path, "ws://127.0.0.1:1")
    tape.listeners.append(recorder)
    session = tape.begin_session()
    tape.note(session, Way.SENT, STATE, tape.now())
    tape.note(session, Way.RECEIVED, '{"type":"state","data":{}}', tape.now())
    tape.add_page("schema", {"action": {}})
    tape.opened(session)
    tape.note(session, Way.SENT, RESET, tape.now())
    tape.note(session, Way.RECEIVED, SEEN, tape.now())
    by_hand = "".join(["{", "}"])
    tape.announce(by_hand)
    tape.note(session, Way.SENT, by_hand, tape.now())
    tape.note(session, Way.RECEIVED, "error", tape.now())
    tape.note(session, Way.SENT, STEP, tape.now())
    tape.note(session, Way.RECEIVED, SEEN, tape.now())
    recorder.close()
    return tape


def test_what_was_written_is_read_again(tmp_path):
    path = tmp_path / "game.jsonl"
    tape = played(path)
    recording = read_recording(path)
    (episode,) = recording.episodes
    assert recording.introductions[0] + episode.frames == list(tape.frames)
    assert recording.pages == {"schema": {"action": {}}}
    assert (episode.seed, recording.target, recording.cut) == (7, "ws://127.0.0.1:1", False)
    assert [frame.by_hand for frame in episode.frames] == [False, False, True, True, False, False]
    assert recording.summary == "1 episode, 8 frames of ws://127.0.0.1:1"


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("precious")
    with pytest.raises(RecordingError, match="is there already"):
        Recorder(path, "ws://127.0.0.1:1")
    assert path.read_text() == "precious"


def test_a_file_without_a_frame_goes(tmp_path):
    path = tmp_path / "game.jsonl"
    with recorded(path, "ws://user:secret@host:1/ws?token=secret"):
        assert "secret" not in path.read_text()
    assert not path.exists()


def test_there_is_nothing_to_record_without_a_server(tmp_path):
    with (
        pytest.raises(UsageError, match="local is no server"),
        recorded(tmp_path / "game.jsonl", "local"),
    ):
        pass


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    path = tmp_path / "game.jsonl"
    played(path)
    path.write_bytes(path.read_bytes()[:-30])
    recording = read_recording(path)
    assert recording.cut
    assert len(recording.episodes[0].frames) == 5
    assert "cut off" in recording.summary


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no recording of frames"),
        ("hello\n", "no recording of frames"),
        ('{"type":"step"}\n', "no recording of frames"),
        ('{"format":"openenv-tui frames","version":9}\n', "has version 9"),
        ('{"format":"openenv-tui frames","version":1}\n', "no episode"),
        ('{"format":"openenv-tui frames","version":1}\nx\n{"opened":0}\n', "line 2 .* damaged"),
        ('{"format":"openenv-tui frames","version":1}\n{"n":"x"}\n{}\n', "line 2 .* damaged"),
        ('{"format":"openenv-tui frames","version":1}\n{"opened":[]}\n{}\n', "line 2 .* damaged"),
    ],
)
def test_another_kind_of_file_is_told(tmp_path, text, words):
    path = tmp_path / "some.jsonl"
    path.write_text(text)
    with pytest.raises(RecordingError, match=words):
        read_recording(path)


def test_no_file_no_recording(tmp_path):
    with pytest.raises(RecordingError, match="No such file"):
        read_recording(tmp_path / "none")
    with pytest.raises(RecordingError, match="cannot write"):
        Recorder(tmp_path / "none" / "game.jsonl", "ws://127.0.0.1:1")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_ends_the_file_and_not_the_game(tmp_path):
    path = tmp_path / "game.jsonl"
    recorder = Recorder(path, "ws://127.0.0.1:1")
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, recorder._file.fileno())
    os.close(full)
    tape = Tape()
    tape.listeners.append(recorder)
    tape.note(0, Way.SENT, STATE, 0.0)
    assert recorder.problem == "No space left on device"
    assert recorder.written == 0
    recorder.close()


def test_of_very_many_frames_the_newest_are_kept():
    tape = Tape(lambda: 0.0)
    for _ in range(MOST_FRAMES + 10):
        tape.note(0, Way.SENT, STATE, 0.0)
    assert len(tape.frames) == MOST_FRAMES
    assert tape.frames[0].number == 11
    assert tape.total == MOST_FRAMES + 10


async def test_a_taped_session_notes_what_goes_by():
    tape = Tape()
    transport = TapedTransport(ScriptedTransport(lambda _: [SEEN]), tape, tape.begin_session())
    await transport.send(RESET)
    assert await transport.receive() == SEEN
    sent, received = tape.frames
    assert (sent.kind, received.kind) == ("reset", "observation")
    assert received.waited == received.at - sent.at == tape.round_trips[0]
    assert json.loads(received.text)["data"]["observation"]["text"] == "\x1b[2J"
