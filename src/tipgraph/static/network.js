// The network as a picture that grows where it is clicked. The tables below it say the same.
"use strict";

const part = document.querySelector("[data-network]");
const canvas = part.querySelector(".canvas");
const panel = part.querySelector("[data-panel]");
const find = part.querySelector("#find");
const found = part.querySelector("#found");
const said = part.querySelector("[data-said]");
const words = part.dataset;
const whole = "whole" in words;
const kinds = Object.fromEntries([...part.querySelectorAll("[data-kind]")].map((each) => [each.dataset.kind, each.textContent]));
const shapes = {
  impact: ["ellipse", "#b3541e"], response: ["round-rectangle", "#2f7186"], actor: ["diamond", "#6b5b95"],
  group: ["hexagon", "#3d7a4a"], driver: ["triangle", "#8a6d1f"], document: ["rectangle", "#6a7375"],
  resource: ["pentagon", "#8c4a6b"], concept: ["octagon", "#7d8a2e"],
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const most = 1500; // things in one picture, when it is grown
const many = 300; // beyond, what is costly to draw is left out
const letter = 12; // pixels on the screen, however near the picture is

const style = () => {
  const [ink, line, paper] = dark.matches ? ["#e4e8e6", "#74858b", "#1b2225"] : ["#1d2629", "#9aa5a6", "#ffffff"];
  return [
    { selector: "node", style: { width: "data(size)", height: "data(size)" } },
    ...Object.entries(shapes).map(([kind, [shape, colour]]) => (
      { selector: `node[kind = "${kind}"]`, style: { shape, "background-color": colour } })),
    { selector: "node.named", style: {
      label: "data(label)", color: ink, "text-wrap": "wrap", "text-valign": "bottom",
      "text-outline-color": paper, "text-outline-opacity": 0.85, "z-index": 5 } },
    { selector: "node.grown", style: { "border-width": 3, "border-color": ink } },
    { selector: "edge", style: {
      width: 1.5, "line-color": line, "curve-style": whole || (cy && cy.edges().length > many) ? "straight" : "bezier",
      "target-arrow-shape": "triangle", "target-arrow-color": line, "arrow-scale": 0.8 } },
    { selector: 'edge[basis = "same-section"]', style: { "line-style": "dashed" } },
    { selector: 'edge[basis = "curator-inferred"]', style: { "line-style": "dotted" } },
    { selector: ".far", style: { opacity: 0.12 } },
    // Among many, the lines that are not of what is chosen are left out: they would cost a second.
    ...(whole ? [{ selector: "edge.far", style: { visibility: "hidden" } }] : []),
    { selector: ":selected", style: {
      "overlay-color": "#f0a067", "overlay-opacity": 0.35, "line-color": ink, "target-arrow-color": ink } },
  ];
};

let cy = null;
cy = cytoscape({
  container: canvas, style: style(), minZoom: 0.03, maxZoom: 3, userZoomingEnabled: false,
  textureOnViewport: whole, hideEdgesOnViewport: whole, pixelRatio: whole ? 1 : "auto",
});
window.tipgraphNetwork = cy;

const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
const link = (href, text) => element("a", text, { href });
const button = (text, done) => {
  const made = element("button", text, { type: "button", className: "bare" });
  made.addEventListener("click", done);
  return made;
};
const say = (text) => { said.textContent = text; };

const told = async (path) => {
  const tongue = new URLSearchParams(location.search).get("lang");
  const joint = path.includes("?") ? "&" : "?";
  const answer = await fetch(words.root + path + (tongue ? `${joint}lang=${tongue}` : ""), { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer || !answer.ok) throw new Error(words.fault);
  return answer.json();
};

// As many names are shown as fit side by side, those of what is most linked first.
let ranked = [];
let wider = 1;
const named = () => {
  const zoom = cy.zoom();
  // From far away things are drawn larger than they are, so as to be seen and clicked.
  const now = Math.max(1, 1.5 ** Math.round(Math.log(0.27 / zoom) / Math.log(1.5)));
  if (now !== wider) {
    cy.batch(() => {
      cy.nodes().forEach((node) => { node.style({ width: node.data("size") * now, height: node.data("size") * now }); });
      cy.edges().style("width", 1.5 * now);
    });
  }
  wider = now;
  const { x1, y1, x2, y2 } = cy.extent();
  const taken = [];
  const free = (box) => !taken.some((other) => (
    box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top));
  const shown = cy.collection().union(ranked.filter((node) => {
    const { x, y } = node.position();
    if (x < x1 || x > x2 || y < y1 || y > y2 || node.hasClass("far")) return false;
    const wide = Math.min(node.data("label").length * letter * 0.55, 130);
    const high = Math.ceil((node.data("label").length * letter * 0.55) / 120) * letter * 1.15;
    const top = (y - y1) * zoom + (node.data("size") / 2) * wider * zoom + 3;
    const middle = (x - x1) * zoom;
    const box = { left: middle - wide / 2, right: middle + wide / 2, top, bottom: top + high };
    if (box.left < 0 || box.right > cy.width() || box.bottom > cy.height() || !free(box)) return false;
    taken.push(box);
    return true;
  }));
  cy.batch(() => {
    cy.nodes(".named").difference(shown).removeClass("named");
    shown.addClass("named").style({
      "font-size": letter / zoom, "text-max-width": 130 / zoom, "text-margin-y": 3 / zoom, "text-outline-width": 2 / zoom,
    });
  });
};
let waiting = 0;
const soon = (what, after) => { clearTimeout(waiting); waiting = setTimeout(what, after); };
cy.on("viewport", () => soon(named, 150));

// What is chosen is named first, then what was grown, then what has most links.
const rank = () => {
  const order = (node) => (node.selected() ? 2e6 : 0) + (node.hasClass("grown") ? 1e6 : 0) + node.data("size");
  ranked = cy.nodes().map((node) => [order(node), node]).sort(([one], [other]) => other - one).map(([, node]) => node);
};

// What is new stands in a ring around the thing that it was found by; without one, in a spiral.
const add = async ({ nodes, links }, hub) => {
  const before = cy.edges().length;
  const known = cy.getElementById(hub || "");
  const middle = known.nonempty() ? known.position() : { x: 0, y: 0 };
  const absent = nodes.filter(({ id }) => cy.getElementById(id).empty());
  const fresh = absent.filter(({ id }) => id !== hub);
  const turn = (2 * Math.PI) / Math.max(fresh.length, 1);
  const far = Math.max(140, fresh.length * 14);
  const place = (id) => {
    if (id === hub) return { ...middle };
    const at = fresh.findIndex((each) => each.id === id);
    const [angle, away] = hub ? [at * turn, far] : [at * 2.4, 45 * Math.sqrt(at)];
    return { x: middle.x + away * Math.cos(angle), y: middle.y + away * Math.sin(angle) };
  };
  const edges = links.map((each) => ({ ...each, id: `${each.source} ${each.relation} ${each.target}` }))
    .filter(({ id }) => cy.getElementById(id).empty());
  const degrees = new Map();
  edges.forEach(({ source, target }) => [source, target].forEach((id) => (
    degrees.set(id, (degrees.get(id) ?? cy.getElementById(id).degree() ?? 0) + 1))));
  const size = (id) => 16 + 3 * Math.sqrt(degrees.get(id) || 1);
  await inParts(absent.map((data) => ({ group: "nodes", data: { ...data, size: size(data.id) }, position: place(data.id) })));
  await inParts(edges.map((data) => ({ group: "edges", data })));
  nodes.forEach(({ id }) => cy.getElementById(id).data("size", size(id)));
  if (!whole && before <= many && cy.edges().length > many) cy.style(style());
  wider = 1;
  rank();
  listed();
};
const fit = () => cy.fit(undefined, Math.min(60, cy.width() / 6));
const frame = () => new Promise((done) => { requestAnimationFrame(done); });
const inParts = async (elements) => {
  for (let at = 0; at < elements.length; at += 200) {
    if (at) await frame();
    cy.add(elements.slice(at, at + 200));
  }
};

// The places are reckoned by a worker, so that the page never waits for them.
const layout = new Worker(words.layout);
let job = 0;
let ended = () => {};
const settled = () => {
  job += 1;
  layout.postMessage({ job });
  ended();
};
const arranged = (heat) => new Promise((done) => {
  settled();
  ended = done;
  const nodes = cy.nodes();
  const at = new Map(nodes.map((node, index) => [node.id(), index]));
  const mine = job;
  layout.onmessage = ({ data }) => {
    if (data.job !== job || mine !== job) return;
    if (data.last || !still.matches) {
      nodes.positions((_, index) => ({ x: data.xs[index], y: data.ys[index] }));
      fit();
    }
    if (data.last) done();
  };
  layout.postMessage({
    job, heat,
    xs: Float64Array.from(nodes.map((node) => node.position("x"))),
    ys: Float64Array.from(nodes.map((node) => node.position("y"))),
    ends: Uint32Array.from(cy.edges().map((edge) => [at.get(edge.source().id()), at.get(edge.target().id())]).flat()),
  });
  say(words.laying);
});
cy.on("grab", settled);

const count = () => say(words.drawn
  .replace("{things}", cy.nodes().length.toLocaleString(document.documentElement.lang))
  .replace("{links}", cy.edges().length.toLocaleString(document.documentElement.lang)));

const placed = async () => {
  // The ring around the first thing is clear as it stands.
  if (whole || cy.nodes(".grown").length > 1) await arranged(cy.nodes().length > many && !whole ? 30 : 120);
  fit();
  named();
  count();
};

const remember = () => {
  const grown = cy.nodes(".grown").map((node) => node.id());
  const [first, ...others] = grown;
  if (!first || whole) return;
  const asked = new URLSearchParams([["from", first], ...others.map((id) => ["also", id])]);
  const tongue = new URLSearchParams(location.search).get("lang");
  if (tongue) asked.append("lang", tongue);
  history.replaceState(null, "", `${location.pathname}?${asked}`);
};

const grow = async (id) => {
  try {
    const data = await told(`/network/around?thing=${encodeURIComponent(id)}`);
    if (cy.nodes().length + data.nodes.length > most) throw new Error(words.full);
    await add(data, id);
    cy.getElementById(id).addClass("grown");
    remember();
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
};

const shown = (focus, ...children) => {
  panel.replaceChildren(...children);
  panel.scrollTop = 0;
  if (focus) children[0].focus();
};

const lit = (chosen) => {
  cy.batch(() => {
    cy.elements().unselect().removeClass("far");
    if (chosen.empty()) return;
    cy.elements().difference(chosen.isNode() ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes())).addClass("far");
    chosen.select();
  });
  rank();
  named();
};

const evidence = (edge, focus = false) => {
  lit(edge);
  const list = element("ul", "");
  edge.data("statements").forEach(({ page, name, document: from }) => {
    const item = element("li", "");
    item.append(link(page, name), ` (${from})`);
    list.append(item);
  });
  const ends = `${edge.source().data("label")} ${edge.data("relation")} ${edge.target().data("label")}`;
  const back = element("p", "");
  back.append(button(`${words.back}: ${edge.source().data("label")}`, () => choose(edge.source(), true)));
  shown(focus, element("h3", ends, { tabIndex: -1 }), element("p", `${words.evidence}: ${edge.data("ground")}`), list, back);
};

const line = (node, edge) => {
  const onward = edge.source().same(node);
  const text = onward ? `${edge.data("relation")} ${edge.target().data("label")}`
    : words.inward.replace("{relation}", edge.data("relation")).replace("…", edge.source().data("label"));
  const item = element("li", "");
  item.append(button(text, () => evidence(edge, true)));
  return item;
};

const about = (node, focus) => {
  const title = element("h3", "", { tabIndex: -1 });
  title.append(link(node.data("page"), node.data("label")), " ", element("span", kinds[node.data("kind")], { className: "tag" }));
  const edges = node.connectedEdges();
  const list = element("ul", "");
  list.append(...edges.map((edge) => line(node, edge)));
  const more = element("p", "");
  if (!node.hasClass("grown")) {
    more.append(button(words.around, async () => {
      if (await grow(node.id())) await placed();
      choose(node, true);
    }));
  }
  shown(focus, title, element("p", words.grown.replace("{n}", edges.length)), more, list);
};

const choose = (node, focus = false) => {
  lit(node);
  about(node, focus);
};

// Every thing of the picture, to be found by its name and chosen without a mouse.
const { compare } = new Intl.Collator(document.documentElement.lang);
const listed = () => {
  const sorted = cy.nodes().toArray().sort((one, other) => compare(one.data("label"), other.data("label")));
  found.replaceChildren(...sorted.map((node) => {
    const item = element("li", "", { className: `kind-${node.data("kind")}` });
    item.append(element("span", "", { ariaHidden: "true" }), button(node.data("label"), () => {
      choose(node, true);
      cy.animate({ center: { eles: node }, zoom: Math.max(cy.zoom(), 0.8) }, { duration: still.matches || whole ? 0 : 250 });
    }));
    return item;
  }));
  sought();
};
const sought = () => {
  const text = find.value.trim().toLocaleLowerCase();
  [...found.children].forEach((item) => { item.hidden = !item.textContent.toLocaleLowerCase().includes(text); });
};
find.addEventListener("input", sought);
find.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const first = found.querySelector("li:not([hidden]) button");
  if (first) first.click();
});

cy.on("tap", "node", async ({ target }) => {
  if (!whole && !target.hasClass("grown") && await grow(target.id())) await placed();
  choose(target);
});
cy.on("tap", "edge", ({ target }) => evidence(target));
cy.on("tap", ({ target }) => { if (target === cy) lit(cy.collection()); });
cy.on("tapstart", () => canvas.focus({ preventScroll: true }));
// The wheel scrolls the page until the picture is taken up.
canvas.addEventListener("focus", () => cy.userZoomingEnabled(true));
canvas.addEventListener("blur", () => cy.userZoomingEnabled(false));
const zoomed = (by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
const keys = {
  ArrowLeft: () => cy.panBy({ x: 60, y: 0 }), ArrowRight: () => cy.panBy({ x: -60, y: 0 }),
  ArrowUp: () => cy.panBy({ x: 0, y: 60 }), ArrowDown: () => cy.panBy({ x: 0, y: -60 }),
  "+": () => zoomed(1.4), "=": () => zoomed(1.4), "-": () => zoomed(0.7), 0: fit,
  Escape: () => lit(cy.collection()),
};
canvas.addEventListener("keydown", (event) => {
  if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  keys[event.key]();
});
part.querySelectorAll("[data-zoom]").forEach((each) => each.addEventListener("click", () => zoomed(Number(each.dataset.zoom))));
part.querySelector("[data-fit]").addEventListener("click", fit);
dark.addEventListener("change", () => cy.style(style()));

const begin = async () => {
  // The address changes with each step.
  const others = new URLSearchParams(location.search).getAll("also");
  if (whole) {
    say(words.laying);
    await add(await told("/network/whole"));
  } else if (words.start) {
    for (const id of [words.start, ...others]) await grow(id);
  } else return;
  await placed();
  part.dataset.shown = whole ? "whole" : "start";
};
begin().catch((error) => say(error.message));
