// The network as a picture that grows where it is clicked. The table below it says the same.
"use strict";

const part = document.querySelector("[data-network]");
const canvas = part.querySelector(".canvas");
const panel = part.querySelector(".panel");
const words = part.dataset;
const shapes = {
  impact: ["ellipse", "#b3541e"], response: ["round-rectangle", "#2f7186"], actor: ["diamond", "#6b5b95"],
  group: ["hexagon", "#3d7a4a"], driver: ["triangle", "#8a6d1f"], document: ["rectangle", "#6a7375"],
  resource: ["pentagon", "#8c4a6b"], concept: ["octagon", "#7d8a2e"],
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const many = 150;

const style = () => {
  const [ink, line] = dark.matches ? ["#e4e8e6", "#5b6a70"] : ["#1d2629", "#9aa5a6"];
  return [
    { selector: "node", style: {
      label: "data(label)", color: ink, "font-size": 11, "text-wrap": "wrap", "text-max-width": 130,
      "text-valign": "bottom", "text-margin-y": 4, width: 22, height: 22, "min-zoomed-font-size": 8 } },
    ...Object.entries(shapes).map(([kind, [shape, colour]]) => (
      { selector: `node[kind = "${kind}"]`, style: { shape, "background-color": colour } })),
    { selector: "node.grown", style: { "border-width": 3, "border-color": ink } },
    { selector: "edge", style: {
      width: 1.5, "line-color": line, "curve-style": "bezier", "target-arrow-shape": "triangle",
      "target-arrow-color": line, "arrow-scale": 0.8 } },
    { selector: 'edge[basis = "same-section"]', style: { "line-style": "dashed" } },
    { selector: 'edge[basis = "curator-inferred"]', style: { "line-style": "dotted" } },
    { selector: ":selected", style: {
      "overlay-color": "#f0a067", "overlay-opacity": 0.35, "line-color": ink, "target-arrow-color": ink } },
    { selector: "edge:selected", style: {
      label: "data(relation)", color: ink, "font-size": 11, "text-rotation": "autorotate", "text-margin-y": -8 } },
  ];
};

part.hidden = false;
const cy = cytoscape({
  container: canvas, style: style(), minZoom: 0.1, maxZoom: 3,
  hideEdgesOnViewport: true, textureOnViewport: true, pixelRatio: 1,
});
window.tipgraphNetwork = cy;
dark.addEventListener("change", () => cy.style(style()));

const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
const link = (href, text) => element("a", text, { href });

const told = async (path) => {
  const answer = await fetch(words.root + path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(words.fault);
  return answer.json();
};

// What is new stands in a ring around the thing that it was found by.
const add = ({ nodes, links }, hub) => {
  const known = cy.getElementById(hub || "");
  const middle = known.nonempty() ? known.position() : { x: 0, y: 0 };
  const absent = nodes.filter(({ id }) => cy.getElementById(id).empty());
  cy.add(absent.filter(({ id }) => id === hub).map((data) => ({ group: "nodes", data, position: { ...middle } })));
  const fresh = absent.filter(({ id }) => id !== hub);
  const turn = (2 * Math.PI) / Math.max(fresh.length, 1);
  const far = Math.max(140, fresh.length * 14);
  cy.batch(() => {
    cy.add(fresh.map((data, at) => ({
      group: "nodes", data,
      position: { x: middle.x + far * Math.cos(at * turn), y: middle.y + far * Math.sin(at * turn) },
    })));
    cy.add(links.map((each) => ({
      group: "edges", data: { ...each, id: `${each.source} ${each.relation} ${each.target}` },
    })).filter(({ data }) => cy.getElementById(data.id).empty()));
  });
};

const placed = () => {
  // The ring around the first thing is clear as it stands.
  if (cy.nodes(".grown").length > 1 && cy.nodes().length <= many) {
    cy.layout({ name: "cose", animate: false, randomize: false, nodeRepulsion: () => 60000, idealEdgeLength: () => 90 }).run();
  }
  cy.fit(undefined, 30);
};

const say = (...children) => panel.replaceChildren(...children);

const remember = () => {
  const grown = cy.nodes(".grown").map((node) => node.id());
  const [first, ...others] = grown;
  if (!first) return;
  const asked = new URLSearchParams([["from", first], ...others.map((id) => ["also", id])]);
  history.replaceState(null, "", `${location.pathname}?${asked}`);
};

const grow = async (id) => {
  try {
    const data = await told(`/network/around?thing=${encodeURIComponent(id)}`);
    add(data, id);
    cy.getElementById(id).addClass("grown");
    placed();
    remember();
  } catch (error) {
    say(element("p", error.message || words.fault));
  }
};

const about = (node) => {
  const title = element("h3", "");
  title.append(link(node.data("page"), node.data("label")));
  say(title, element("p", words.grown.replace("{n}", node.connectedEdges().length)));
};

const evidence = (edge) => {
  const list = element("ul", "");
  edge.data("statements").slice(0, 20).forEach(({ page, name, document: from }) => {
    const item = element("li", "");
    item.append(link(page, name), ` (${from})`);
    list.append(item);
  });
  const ends = `${edge.source().data("label")} ${edge.data("relation")} ${edge.target().data("label")}`;
  say(element("h3", ends), element("p", `${words.evidence}: ${edge.data("basis")}`), list);
};

cy.on("tap", "node", async ({ target }) => {
  if (!target.hasClass("grown")) await grow(target.id());
  about(target);
});
cy.on("tap", "edge", ({ target }) => evidence(target));
part.querySelector("[data-fit]").addEventListener("click", () => cy.fit(undefined, 30));
part.querySelector("[data-whole]").addEventListener("click", async () => {
  try {
    add(await told("/network/whole"));
    const few = cy.nodes().length <= 600;
    cy.layout(few
      ? { name: "cose", animate: false, numIter: 250, nodeRepulsion: () => 400000, idealEdgeLength: () => 110, nodeOverlap: 30 }
      : { name: "concentric", animate: false, concentric: (n) => n.degree(), levelWidth: () => 6, minNodeSpacing: 18 }).run();
    cy.fit(undefined, 20);
    part.dataset.shown = "whole";
  } catch (error) {
    say(element("p", error.message || words.fault));
  }
});

const begin = async () => {
  if (!words.start) return;
  // The address changes with each step.
  const others = new URLSearchParams(location.search).getAll("also");
  await grow(words.start);
  for (const id of others) await grow(id);
  part.dataset.shown = "start";
};
begin();
