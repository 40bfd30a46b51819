// Places the things of a network by force, away from the page so that it never waits: things repel
// each other, links draw them together, and all are drawn to the middle.
"use strict";

const near = 70; // how far apart linked things would be
const rounds = 240;
const pause = 250; // milliseconds between two accounts of where things are, at least

let job = 0;

const step = ({ xs, ys, ends, degrees, weights }, heat) => {
  const count = xs.length;
  const dx = new Float64Array(count);
  const dy = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 1; j < count; j += 1) {
      let x = xs[i] - xs[j];
      const y = ys[i] - ys[j];
      if (x === 0 && y === 0) x = 0.01;
      const push = (near * near * weights[i] * weights[j]) / (x * x + y * y);
      dx[i] += x * push; dy[i] += y * push;
      dx[j] -= x * push; dy[j] -= y * push;
    }
  }
  for (let at = 0; at < ends.length; at += 2) {
    const [i, j] = [ends[at], ends[at + 1]];
    const x = xs[i] - xs[j];
    const y = ys[i] - ys[j];
    // What many share draws less, so that it does not heap all upon itself.
    const pull = Math.hypot(x, y) / near / Math.min(degrees[i], degrees[j]);
    dx[i] -= x * pull; dy[i] -= y * pull;
    dx[j] += x * pull; dy[j] += y * pull;
  }
  const middle = 0.03 * Math.sqrt(count);
  for (let i = 0; i < count; i += 1) {
    const x = dx[i] - xs[i] * middle;
    const y = dy[i] - ys[i] * middle;
    const far = Math.hypot(x, y) || 1;
    const most = Math.min(far, heat) / far;
    xs[i] += x * most;
    ys[i] += y * most;
  }
};

const go = (mine, given, round, told) => {
  if (mine !== job) return;
  const until = performance.now() + 40;
  let at = round;
  while (at < rounds && performance.now() < until) {
    step(given, given.heat * (1 - at / rounds));
    at += 1;
  }
  const last = at >= rounds;
  const now = performance.now();
  const due = last || now - told > Math.max(pause, given.xs.length);
  if (due) postMessage({ job: mine, last, xs: given.xs, ys: given.ys });
  if (!last) setTimeout(go, 0, mine, given, at, due ? now : told);
};

onmessage = ({ data }) => {
  job = data.job;
  if (!data.xs) return;
  const degrees = new Uint32Array(data.xs.length);
  data.ends.forEach((end) => { degrees[end] += 1; });
  // What many are linked to keeps others away, so that its links can be told apart.
  go(job, { ...data, degrees, weights: Float64Array.from(degrees, (each) => each ** 0.3) }, 0, performance.now());
};
