"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const root = document.documentElement;
  const theme = at("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const named = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; named(); });
  named();

  const data = at("reel");
  if (!data) return;
  const reel = JSON.parse(data.textContent);
  const [who, which, slider, where, boards, play] = ["who", "which", "at", "where", "boards", "play"].map(at);
  let shown, timer;

  const made = (name, text, kind) => {
    const element = document.createElement(name);
    element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  // A letter of private use stands before each run and says how it looks.
  const runs = (line) => [...line.matchAll(/([\ue000-\uefff])([^\ue000-\uefff]*)/g)].map(([, mark, text]) => {
    const number = mark.charCodeAt(0) - 0xe000;
    return made(number % 2 ? "b" : "i", text, `t${number >> 1}`);
  });
  const picture = (number) => reel.pictures[number].flatMap((line) => [...runs(reel.lines[line]), "\n"]);
  const offer = (select, names) => select.replaceChildren(...names.map(([value, text]) => {
    const option = made("option", text);
    option.value = value;
    return option;
  }));

  const draw = () => {
    const number = Number(slider.value);
    for (const game of shown) {
      const frame = game.frames[Math.min(number, game.frames.length - 1)];
      if (!frame) continue;
      game.boards.forEach((board, place) => { board.replaceChildren(...picture(frame[1][place])); });
      game.move.textContent = frame[0];
    }
    where.textContent = `${number} of ${slider.max}`;
    slider.setAttribute("aria-valuetext", shown.map((game) => game.move.textContent).join("; "));
  };
  const pause = () => { clearInterval(timer); timer = undefined; play.textContent = "Play"; };
  const go = (number) => { slider.value = number; draw(); };
  const step = (by) => go(Number(slider.value) + by);

  const open = () => {
    pause();
    shown = reel.deals[which.value].games.map((game) => ({ ...game, boards: [] }));
    boards.replaceChildren(...shown.map((game) => {
      const article = made("article", "", "game");
      article.append(made("h3", game.title));
      if (game.frames.length) {
        game.viewers.forEach((viewer) => {
          const board = made("pre", "", "board");
          board.tabIndex = 0;
          board.setAttribute("aria-label", viewer || "The board");
          if (viewer) article.append(made("p", viewer, "viewer"));
          article.append(board);
          game.boards.push(board);
        });
      }
      game.move = made("p", "", "move");
      article.append(game.move, made("p", game.end, "end"));
      if (game.problem) article.append(made("p", game.problem));
      return article;
    }));
    slider.max = Math.max(0, ...shown.map((game) => game.frames.length - 1));
    go(0);
  };
  const choose = () => {
    const listed = reel.deals.map((deal, number) => [number, deal]).filter(([, deal]) => deal.row === Number(who.value));
    offer(which, listed.map(([number, deal]) => [number, deal.reason]));
    open();
  };

  offer(who, reel.rows.map((name, number) => [number, name]));
  who.addEventListener("change", choose);
  which.addEventListener("change", open);
  slider.addEventListener("input", () => { pause(); draw(); });
  at("first").addEventListener("click", () => { pause(); go(0); });
  at("last").addEventListener("click", () => { pause(); go(slider.max); });
  at("back").addEventListener("click", () => { pause(); step(-1); });
  at("next").addEventListener("click", () => { pause(); step(1); });
  play.addEventListener("click", () => {
    if (timer) return pause();
    if (slider.value === slider.max) go(0);
    play.textContent = "Pause";
    timer = setInterval(() => { step(1); if (slider.value === slider.max) pause(); }, 700);
  });
  at("player").addEventListener("keydown", (event) => {
    if (event.target.tagName === "SELECT" || event.target === slider) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) { event.preventDefault(); pause(); step(by); }
  });
  addEventListener("beforeprint", pause);
  choose();
})();
