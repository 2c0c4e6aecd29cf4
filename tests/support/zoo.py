"""Small environments on the official framework, with the fields of well-known ones and of none.

Run as a program it serves those that its arguments name, each under its own path, on a free
loopback port; it prints the port and goes on until it is ended.
"""

from __future__ import annotations

import random
import socket
import sys
from typing import Any, Literal
from uuid import uuid4

import chess
import uvicorn
from fastapi import FastAPI
from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app
from pydantic import BaseModel, Field

SESSIONS = 8


class Small(Environment):
    """What all of them share: a state that counts steps, and a generator that no seed reaches."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        super().__init__()
        self.rng = random.Random()
        self._state = State(episode_id=None, step_count=0)

    @property
    def state(self):
        return self._state

    def reset(self, seed=None, episode_id=None, **_: Any):
        self._state = State(episode_id=episode_id or str(uuid4()), step_count=0)
        return self.begin(seed)

    def step(self, action, timeout_s=None, **_: Any):
        self._state.step_count += 1
        return self.take(action)

    def begin(self, seed):
        raise NotImplementedError

    def take(self, action):
        raise NotImplementedError


# Nine with the fields of well-known environments.


class Connect4Action(Action):
    column: int


class Connect4Observation(Observation):
    board: list[list[int]]
    legal_actions: list[int]


class Connect4Environment(Small):
    """Nobody plays against the client: it moves for 1 and for -1 in turn."""

    def begin(self, seed):
        self.board = [[0] * 7 for _ in range(6)]
        self.mover = 1
        return self.seen(0.0, False)

    def seen(self, reward, done):
        legal = [] if done else [c for c in range(7) if self.board[0][c] == 0]
        return Connect4Observation(board=self.board, legal_actions=legal, reward=reward, done=done)

    def take(self, action):
        column = action.column
        if not 0 <= column < 7 or self.board[0][column]:
            return self.seen(-1.0, True)
        row = max(r for r in range(6) if self.board[r][column] == 0)
        self.board[row][column] = self.mover
        won = self.four(row, column)
        self.mover = -self.mover
        full = all(self.board[0])
        return self.seen(1.0 if won else 0.0, won or full)

    def four(self, row, column):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            run = 1
            for sign in (1, -1):
                r, c = row + sign * down, column + sign * right
                while 0 <= r < 6 and 0 <= c < 7 and self.board[r][c] == self.mover:
                    run, r, c = run + 1, r + sign * down, c + sign * right
            if run >= 4:
                return True
        return False


class ChessAction(Action):
    move: str


class ChessObservation(Observation):
    fen: str
    legal_moves: list[str]
    is_check: bool = False
    result: str | None = None


class ChessEnvironment(Small):
    """The client has White; Black answers with the first move of the list."""

    def begin(self, seed):
        self.board = chess.Board()
        return self.seen(0.0)

    def seen(self, reward):
        done = self.board.is_game_over()
        return ChessObservation(
            fen=self.board.fen(), legal_moves=[m.uci() for m in self.board.legal_moves],
            is_check=self.board.is_check(), result=self.board.result() if done else None,
            reward=reward, done=done,
        )  # fmt: skip

    def take(self, action):
        try:
            self.board.push_uci(action.move)
        except ValueError:
            return self.seen(-0.1)
        if not self.board.is_game_over():
            self.board.push(next(iter(self.board.legal_moves)))
        worth = {"1-0": 1.0, "0-1": -1.0}
        return self.seen(worth.get(self.board.result(), 0.0))


class SnakeAction(Action):
    action: int


class SnakeObservation(Observation):
    grid: list[list[int]]
    observation: list[list[list[int]]]
    episode_score: float
    alive: bool


class SnakeEnvironment(Small):
    """0 goes straight on, 1 turns left, 2 turns right; codes 1 wall, 2 food, 3 body, 4 head."""

    SIDE = 20

    def begin(self, seed):
        middle = self.SIDE // 2
        self.body = [(middle, middle), (middle, middle - 1)]
        self.heading = (0, 1)
        self.score = 0.0
        self.food = (middle, middle + 3)
        return self.seen(0.0, True)

    def seen(self, reward, alive):
        edge = {0, self.SIDE - 1}
        grid = [
            [1 if r in edge or c in edge else 0 for c in range(self.SIDE)] for r in range(self.SIDE)
        ]
        grid[self.food[0]][self.food[1]] = 2
        for r, c in self.body:
            grid[r][c] = 3
        grid[self.body[0][0]][self.body[0][1]] = 4
        planes = [[[int(v == k) for k in range(1, 5)] for v in row] for row in grid]
        return SnakeObservation(
            grid=grid, observation=planes, episode_score=self.score, alive=alive,
            reward=reward, done=not alive,
        )  # fmt: skip

    def take(self, action):
        down, right = self.heading
        turns = {0: (down, right), 1: (-right, down), 2: (right, -down)}
        self.heading = turns[action.action]
        head = (self.body[0][0] + self.heading[0], self.body[0][1] + self.heading[1])
        if not (0 < head[0] < self.SIDE - 1 and 0 < head[1] < self.SIDE - 1) or head in self.body:
            return self.seen(-1.0, False)
        self.body.insert(0, head)
        if head != self.food:
            self.body.pop()
            return self.seen(0.0, True)
        self.score += 1
        free = [
            (r, c) for r in range(1, self.SIDE - 1) for c in range(1, self.SIDE - 1)
            if (r, c) not in self.body
        ]  # fmt: skip
        self.food = self.rng.choice(free)
        return self.seen(1.0, True)


MAZE = ("#########", "#...#...#", "#.#.#.#.#", "#.#...#.#", "#.#####.#", "#.......#", "#########")


class MazeAction(Action):
    action: int


class MazeObservation(Observation):
    current_position: list[int]
    previous_position: list[int] | None = None
    legal_actions: list[int]


class MazeEnvironment(Small):
    """0 up, 1 down, 2 left, 3 right; positions are [column, row]."""

    MOVES = ((0, -1), (0, 1), (-1, 0), (1, 0))
    GOAL = (7, 1)

    def begin(self, seed):
        self.at = (1, 1)
        return self.seen(0.0, None)

    def free(self, place):
        return MAZE[place[1]][place[0]] != "#"

    def seen(self, reward, before):
        done = self.at == self.GOAL
        legal = [
            n for n, (x, y) in enumerate(self.MOVES) if self.free((self.at[0] + x, self.at[1] + y))
        ]
        return MazeObservation(
            current_position=list(self.at), previous_position=before, legal_actions=legal,
            reward=reward, done=done,
            metadata={"maze": [[int(mark == "#") for mark in row] for row in MAZE],
                      "exit_cell": list(self.GOAL)},
        )  # fmt: skip

    def take(self, action):
        before = list(self.at)
        x, y = self.MOVES[action.action]
        place = (self.at[0] + x, self.at[1] + y)
        if self.free(place):
            self.at = place
        return self.seen(1.0 if self.at == self.GOAL else -0.05, before)


class GridWorldAction(Action):
    action: Literal["UP", "DOWN", "LEFT", "RIGHT"]


class GridWorldObservation(Observation):
    x: int
    y: int
    message: str = ""


class GridWorldEnvironment(Small):
    """Five by five; the goal is at (4, 4)."""

    MOVES = {"UP": (0, -1), "DOWN": (0, 1), "LEFT": (-1, 0), "RIGHT": (1, 0)}  # noqa: RUF012

    def begin(self, seed):
        self.x = self.y = 0
        return GridWorldObservation(x=0, y=0, message="Welcome", reward=0.0, done=False)

    def take(self, action):
        x, y = self.MOVES[action.action]
        self.x, self.y = min(4, max(0, self.x + x)), min(4, max(0, self.y + y))
        done = (self.x, self.y) == (4, 4)
        return GridWorldObservation(
            x=self.x, y=self.y, message="You made it" if done else "Go on",
            reward=1.0 if done else -0.1, done=done,
        )  # fmt: skip


class WildfireAction(Action):
    action: str
    x: int | None = None
    y: int | None = None


class WildfireObservation(Observation):
    grid: list[int]
    width: int
    height: int
    step: int
    wind_dir: str = "N"
    humidity: float = 0.3
    burning_count: int
    burned_count: int
    remaining_water: int
    remaining_breaks: int


class WildfireEnvironment(Small):
    """Codes: 0 ash, 1 fuel, 2 burning, 3 firebreak, 4 watered."""

    WIDE, HIGH = 8, 6

    def begin(self, seed):
        self.grid = [1] * (self.WIDE * self.HIGH)
        self.grid[2 * self.WIDE + 3] = 2
        self.water, self.breaks, self.ticks = 5, 20, 0
        return self.seen(0.0)

    def seen(self, reward):
        burning = self.grid.count(2)
        return WildfireObservation(
            grid=self.grid, width=self.WIDE, height=self.HIGH, step=self.ticks,
            burning_count=burning, burned_count=self.grid.count(0), remaining_water=self.water,
            remaining_breaks=self.breaks, reward=reward, done=burning == 0 or self.ticks >= 30,
        )  # fmt: skip

    def take(self, action):
        self.ticks += 1
        if action.action != "wait" and action.x is not None and action.y is not None:
            if not (0 <= action.x < self.WIDE and 0 <= action.y < self.HIGH):
                raise ValueError("that is outside of the forest")
            place = action.y * self.WIDE + action.x
            if action.action == "water" and self.water:
                self.grid[place], self.water = 4, self.water - 1
            elif action.action == "break" and self.breaks:
                self.grid[place], self.breaks = 3, self.breaks - 1
        before = list(self.grid)
        for place, code in enumerate(before):
            if code == 2:
                self.grid[place] = 0
                row, column = divmod(place, self.WIDE)
                for r, c in ((row - 1, column), (row + 1, column), (row, column + 1)):
                    if 0 <= r < self.HIGH and 0 <= c < self.WIDE and before[r * self.WIDE + c] == 1:
                        self.grid[r * self.WIDE + c] = 2
        return self.seen(-0.1 * self.grid.count(2))


class TextArenaMessage(BaseModel):
    sender_id: int
    category: str
    content: str


class TextArenaAction(Action):
    message: str


class TextArenaObservation(Observation):
    prompt: str
    messages: list[TextArenaMessage] = Field(default_factory=list)
    current_player_id: int = 0
    legal_players: list[int] = Field(default_factory=list)
    info: dict[str, Any] = Field(default_factory=dict)


class TextArenaState(State):
    env_id: str = "TicTacToe-v0"
    num_players: int = 2


class TextArenaEnvironment(Small):
    """Tic-tac-toe told in words: "[4]" takes the middle. Both players are played by the client."""

    LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))

    def __init__(self):
        super().__init__()
        self._state = TextArenaState(episode_id=None, step_count=0)

    def begin(self, seed):
        self._state = TextArenaState(episode_id=self._state.episode_id, step_count=0)
        self.fields = [" "] * 9
        self.turn = 0
        self.messages = [self.say(-1, "PROMPT", "Take a field by its number, as in [4].")]
        return self.seen(0.0, False)

    def say(self, sender, category, content):
        return TextArenaMessage(sender_id=sender, category=category, content=content)

    def seen(self, reward, done):
        rows = [" | ".join(self.fields[i : i + 3]) for i in (0, 3, 6)]
        return TextArenaObservation(
            prompt="You play tic-tac-toe against each other.\n" + "\n".join(rows),
            messages=self.messages, current_player_id=self.turn, legal_players=[self.turn],
            reward=reward, done=done,
        )  # fmt: skip

    def take(self, action):
        self.messages.append(self.say(self.turn, "ACTION", action.message))
        place = action.message.strip().strip("[]")
        if not (place.isdigit() and int(place) < 9 and self.fields[int(place)] == " "):
            self.messages.append(self.say(-1, "INVALID", "That cannot be taken."))
            return self.seen(-1.0, True)
        mark = "XO"[self.turn]
        self.fields[int(place)] = mark
        won = any(all(self.fields[i] == mark for i in line) for line in self.LINES)
        done = won or " " not in self.fields
        if not done:
            self.turn = 1 - self.turn
        return self.seen(1.0 if won else 0.0, done)


class ReasoningGymAction(Action):
    answer: str


class ReasoningGymObservation(Observation):
    question: str | None = None
    score: float | None = None
    correct_answer: str | None = None


class ReasoningGymEnvironment(Small):
    """One question and one answer; the seed is honoured."""

    def begin(self, seed):
        rng = random.Random(seed)
        self.numbers = rng.randrange(100), rng.randrange(100)
        return ReasoningGymObservation(
            question="What is {} + {}?".format(*self.numbers), reward=0.0, done=False
        )

    def take(self, action):
        right = str(sum(self.numbers))
        score = 1.0 if action.answer.strip() == right else 0.0
        return ReasoningGymObservation(score=score, correct_answer=right, reward=score, done=True)


class EchoAction(Action):
    message: str


class EchoObservation(Observation):
    echoed_message: str
    message_length: int


class EchoEnvironment(Small):
    """Never ends."""

    def begin(self, seed):
        return EchoObservation(echoed_message="ready", message_length=0, reward=0.0, done=False)

    def take(self, action):
        length = len(action.message)
        return EchoObservation(
            echoed_message=action.message, message_length=length, reward=0.1 * length, done=False
        )


# Five that nobody has heard of.


class ThermostatAction(Action):
    power: float = Field(ge=0, le=2, description="kilowatts")
    mode: Literal["heat", "cool", "off"] = "off"
    fan: bool | None = None


class ThermostatObservation(Observation):
    temperature: float
    target: float
    outside: float
    minutes: int
    comfortable: bool


class ThermostatEnvironment(Small):
    """Keep the room at its target for ten minutes."""

    def begin(self, seed):
        self.temperature, self.minutes = 17.0, 0
        return self.seen(0.0)

    def seen(self, reward):
        return ThermostatObservation(
            temperature=round(self.temperature, 2), target=21.0, outside=8.0, minutes=self.minutes,
            comfortable=abs(self.temperature - 21) < 1, reward=reward, done=self.minutes >= 10,
        )  # fmt: skip

    def take(self, action):
        self.minutes += 1
        sign = {"heat": 1, "cool": -1, "off": 0}[action.mode]
        self.temperature += sign * action.power - 0.3 * (1 + bool(action.fan))
        return self.seen(-abs(self.temperature - 21))


class Place(BaseModel):
    x: int = Field(ge=0, le=6)
    y: int = Field(ge=0, le=4)


class DungeonAction(Action):
    verb: Literal["go", "dig", "listen"]
    target: Place
    quietly: bool = False


class DungeonObservation(Observation):
    level: list[list[str]]
    hero: dict[str, Any]
    log: list[str]


class DungeonEnvironment(Small):
    """A hero, a chest, and walls of letters."""

    def begin(self, seed):
        self.hero, self.log = [1, 1], ["You wake up."]
        return self.seen(0.0, False)

    def seen(self, reward, done):
        level = [list(row) for row in ("#######", "#.....#", "#.#.#.#", "#....$#", "#######")]
        level[self.hero[1]][self.hero[0]] = "@"
        return DungeonObservation(
            level=level, hero={"at": self.hero, "bag": {"torch": 1, "rope": None}},
            log=self.log[-3:], reward=reward, done=done,
        )  # fmt: skip

    def take(self, action):
        if action.verb == "go" and (action.target.x, action.target.y) != (2, 2):
            self.hero = [action.target.x, action.target.y]
        self.log.append(f"You {action.verb}{' quietly' if action.quietly else ''}.")
        done = self.hero == [5, 3] or len(self.log) > 12
        return self.seen(float(self.hero == [5, 3]), done)


class PixelsAction(Action):
    brush: int = Field(ge=0, le=3)


class PixelsObservation(Observation):
    screen: list[list[list[int]]]
    strokes: int


class PixelsEnvironment(Small):
    """A brush of four colours goes once across the screen."""

    COLOURS = ((220, 60, 50), (60, 180, 90), (70, 110, 230), (240, 200, 60))

    def begin(self, seed):
        self.screen = [[[20, 20, 30] for _ in range(24)] for _ in range(16)]
        self.strokes = 0
        return self.seen(0.0)

    def seen(self, reward):
        return PixelsObservation(
            screen=self.screen, strokes=self.strokes, reward=reward, done=self.strokes >= 12
        )

    def take(self, action):
        for row in range(16):
            for column in (2 * self.strokes, 2 * self.strokes + 1):
                shade = 0.5 + row / 32
                self.screen[row][column] = [int(c * shade) for c in self.COLOURS[action.brush]]
        self.strokes += 1
        return self.seen(1.0 if action.brush == self.strokes % 4 else 0.0)


class QuizAction(Action):
    answers: list[str] = Field(min_length=1, max_length=3)


class QuizObservation(Observation):
    messages: list[dict[str, str]]
    asked: int


class QuizEnvironment(Small):
    """Three questions in a chat; what it says is not to be trusted by a terminal."""

    QUESTIONS = (
        ("Name a primary colour.", "red"),
        ("Name a prime.", "7"),
        ("Say [bold]yes[/].", "yes"),
    )

    def begin(self, seed):
        self.messages, self.asked = [], 0
        return self.ask(0.0)

    def ask(self, reward):
        if self.asked < 3:
            question = self.QUESTIONS[self.asked][0] + "\x1b[2J\x07"
            self.messages.append({"role": "assistant", "content": question})
        return QuizObservation(
            messages=self.messages, asked=self.asked, reward=reward, done=self.asked >= 3
        )

    def take(self, action):
        self.messages.append({"role": "user", "content": " / ".join(action.answers)})
        right = self.QUESTIONS[self.asked][1] in action.answers
        self.asked += 1
        return self.ask(float(right))


class LightsAction(Action):
    row: int = Field(ge=0, le=4)
    column: int = Field(ge=0, le=4)


class LightsObservation(Observation):
    lamps: list[list[bool]]
    lit: int


class LightsEnvironment(Small):
    """Put all lamps out; the seed is honoured."""

    def begin(self, seed):
        rng = random.Random(seed)
        self.lamps = [[False] * 5 for _ in range(5)]
        self.moves = 0
        for _ in range(4):
            self.press(rng.randrange(5), rng.randrange(5))
        return self.seen(0.0)

    def press(self, row, column):
        for r, c in ((row, column), (row - 1, column), (row + 1, column),
                     (row, column - 1), (row, column + 1)):  # fmt: skip
            if 0 <= r < 5 and 0 <= c < 5:
                self.lamps[r][c] = not self.lamps[r][c]

    def seen(self, reward):
        lit = sum(map(sum, self.lamps))
        return LightsObservation(
            lamps=self.lamps, lit=lit, reward=reward, done=lit == 0 or self.moves >= 25
        )

    def take(self, action):
        before = sum(map(sum, self.lamps))
        self.press(action.row, action.column)
        self.moves += 1
        return self.seen(0.1 * (before - sum(map(sum, self.lamps))))


ZOO = {
    "connect4": (Connect4Environment, Connect4Action, Connect4Observation),
    "chess": (ChessEnvironment, ChessAction, ChessObservation),
    "snake": (SnakeEnvironment, SnakeAction, SnakeObservation),
    "maze": (MazeEnvironment, MazeAction, MazeObservation),
    "grid_world": (GridWorldEnvironment, GridWorldAction, GridWorldObservation),
    "wildfire": (WildfireEnvironment, WildfireAction, WildfireObservation),
    "textarena": (TextArenaEnvironment, TextArenaAction, TextArenaObservation),
    "reasoning_gym": (ReasoningGymEnvironment, ReasoningGymAction, ReasoningGymObservation),
    "echo": (EchoEnvironment, EchoAction, EchoObservation),
    "thermostat": (ThermostatEnvironment, ThermostatAction, ThermostatObservation),
    "dungeon": (DungeonEnvironment, DungeonAction, DungeonObservation),
    "pixels": (PixelsEnvironment, PixelsAction, PixelsObservation),
    "quiz": (QuizEnvironment, QuizAction, QuizObservation),
    "lights": (LightsEnvironment, LightsAction, LightsObservation),
}


def main() -> None:
    app = FastAPI()
    for name in sys.argv[1:] or ZOO:
        environment, action, observation = ZOO[name]
        app.mount(
            f"/{name}",
            create_fastapi_app(environment, action, observation, max_concurrent_envs=SESSIONS),
        )
    bound = socket.create_server(("127.0.0.1", 0))
    print(bound.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[bound])


if __name__ == "__main__":
    main()
