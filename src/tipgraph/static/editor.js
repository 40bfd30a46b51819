// The field for SPARQL becomes an editor, and what it finds is shown below it.
"use strict";

const form = document.querySelector("[data-editor]");
const plain = form.querySelector("textarea");
const share = document.querySelector("p[data-share] a");
const results = document.querySelector("[data-results]");
const status = document.querySelector("[data-told]");
const words = form.dataset;
const { prefixes, ...known } = JSON.parse(document.getElementById("known").textContent);
const base = "https://w3id.org/tipgraph/";
const most = 1000; // rows on the page
const longest = 200000; // characters of a graph on the page
const ofRows = { csv: "CSV", tsv: "TSV", json: "JSON", xml: "XML" };
const ofGraphs = { turtle: "Turtle", jsonld: "JSON-LD", ntriples: "N-Triples", rdfxml: "RDF/XML" };

// Terms are completed from this graph; nothing is asked of other hosts.
const completed = (name, list) => {
  const own = `graph-${name}`;
  Yasqe.forkAutocompleter(name, { name: own, bulk: true, persistenceId: null, autoShow: false, get: async () => list });
  return own;
};
const autocompleters = [
  completed("prefixes", Object.entries(prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`)),
  completed("class", known.classes), completed("property", known.properties), "variables",
];

const box = document.createElement("div");
plain.before(box);
plain.hidden = true;
plain.required = false;
plain.removeAttribute("id");
form.querySelector(".run .field").hidden = true;

const yasqe = new Yasqe(box, {
  value: plain.value, persistenceId: null, autocompleters, showQueryButton: false, resizeable: false,
  createShareableLink: null, collapsePrefixesOnLoad: false,
});
yasqe.getInputField().id = "query";
const scroller = box.querySelector(".CodeMirror-scroll");
scroller.tabIndex = 0;
scroller.setAttribute("role", "group");
scroller.setAttribute("aria-label", words.label);
// Tab leaves the field, as everywhere else on the page.
yasqe.setOption("extraKeys", { ...yasqe.getOption("extraKeys"), Tab: false, "Shift-Tab": false, "Ctrl-Enter": () => run(), "Cmd-Enter": () => run() });

const element = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);

const short = (iri) => {
  const [prefix, start] = Object.entries(prefixes).filter(([, each]) => iri.startsWith(each))
    .sort(([, one], [, other]) => other.length - one.length)[0] || [];
  return prefix ? `${prefix}:${iri.slice(start.length)}` : iri;
};

const asked = async (query, accept) => {
  const answer = await fetch(form.action, {
    method: "POST", body: query, headers: { "Content-Type": "application/sparql-query", Accept: accept },
  });
  if (answer.ok) return answer;
  const { detail, line, column } = await answer.json();
  throw Object.assign(new Error(detail), { line, column });
};

// What comes is read until there is enough of it; the rest is not waited for.
const readUntil = async (answer, enough) => {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text, cut: false };
    text += value;
    if (enough(text)) {
      reader.cancel();
      return { text, cut: true };
    }
  }
};

const escapes = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };
const term = (text) => {
  if (text.startsWith("<")) return { iri: text.slice(1, -1) };
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  return { text: quoted ? quoted[1].replace(/\\(.)/gs, (_, each) => escapes[each] || each) : text };
};
const lines = (text) => {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
};

// What our things are called stands in place of their names.
const labelled = async (rows) => {
  const iris = [...new Set(rows.flat().filter(({ iri }) => iri && iri.startsWith(base)).map(({ iri }) => iri))].slice(0, most);
  if (!iris.length) return {};
  const query = `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?t ?l { VALUES ?t { ${iris.map((iri) => `<${iri}>`).join(" ")} } ?t skos:prefLabel|rdfs:label ?l }`;
  const found = (await (await asked(query, "application/sparql-results+json")).json()).results.bindings;
  return Object.fromEntries(found.map(({ t, l }) => [t.value, l.value]));
};

const cell = ({ iri, text }, labels) => {
  const made = element("td");
  const own = iri && iri.startsWith(base);
  const href = own ? words.root + "/" + iri.slice(base.length) : iri;
  if (/^(https?:|\/)/.test(href || "")) made.append(element("a", (own && labels[iri]) || short(iri), { href, title: iri }));
  else made.textContent = iri || text;
  return made;
};

const taken = (formats) => {
  const list = element("ul", "", { className: "inline files" });
  list.append(...Object.entries(formats).map(([format, name]) => {
    const at = new URL(form.action);
    at.search = new URLSearchParams({ query: yasqe.getValue(), format });
    const item = element("li");
    item.append(element("a", name, { href: at.href }));
    return item;
  }));
  return list;
};

const table = async (answer) => {
  const { text, cut } = await readUntil(answer, (so) => lines(so) > most + 1);
  const [head, ...rest] = text.replace(/\n$/, "").split("\n");
  const rows = rest.slice(0, most).map((row) => row.split("\t").map(term));
  const labels = await labelled(rows).catch(() => ({}));
  status.textContent = (cut || rest.length > most ? words.cut : words.rows).replace("{n}", rows.length.toLocaleString(document.documentElement.lang));
  const made = element("table");
  made.createTHead().insertRow().append(...head.split("\t").map((name) => element("th", name.replace(/^\?/, ""), { scope: "col" })));
  const body = made.createTBody();
  rows.forEach((row) => body.insertRow().append(...row.map((each) => cell(each, labels))));
  return [taken(ofRows), made];
};

const graph = async (answer) => {
  const { text, cut } = await readUntil(answer, (so) => so.length > longest);
  status.textContent = cut ? words.cutgraph : "";
  const shown = element("pre", cut ? text.slice(0, text.lastIndexOf("\n", longest)) : text, { tabIndex: 0 });
  shown.setAttribute("role", "region");
  shown.setAttribute("aria-label", results.getAttribute("aria-label"));
  return [taken(ofGraphs), shown];
};

const truth = async (answer) => {
  const { boolean } = await answer.json();
  status.textContent = String(boolean);
  return [taken({ json: "JSON", xml: "XML" })];
};

// A mistake is shown where it is, and a button leads there.
let marks = [];
const unmarked = () => { marks.splice(0).forEach((mark) => mark.clear()); };
const marked = ({ message, line, column }) => {
  status.textContent = "";
  const told = element("p", message, { className: "notice" });
  if (!line) return [told];
  const from = { line: line - 1, ch: Math.max((column || 1) - 1, 0) };
  const width = yasqe.getDoc().getLine(from.line)?.length || 0;
  const start = Math.max(Math.min(from.ch, width - 1), 0);
  marks.push(yasqe.getDoc().markText({ ...from, ch: start }, { ...from, ch: start + 1 }, { className: "fault" }));
  const there = element("button", words.there.replace("{line}", line).replace("{column}", column), { type: "button" });
  there.addEventListener("click", () => {
    yasqe.focus();
    yasqe.getDoc().setCursor(from);
  });
  return [told, there];
};

const run = async () => {
  results.removeAttribute("data-shown");
  results.replaceChildren();
  unmarked();
  status.textContent = words.running;
  try {
    const kind = yasqe.getQueryType();
    const query = yasqe.getValue();
    const told = kind === "SELECT" ? table(await asked(query, "text/tab-separated-values"))
      : kind === "ASK" ? truth(await asked(query, "application/sparql-results+json"))
      : graph(await asked(query, "text/turtle"));
    results.replaceChildren(...await told);
  } catch (error) {
    results.replaceChildren(...marked(error));
  }
  results.dataset.shown = "yes";
};

const address = () => {
  const at = new URL(`${words.root}/editor`, location.href);
  at.searchParams.set("query", yasqe.getValue());
  share.href = at.href;
};
yasqe.on("change", address);
yasqe.on("change", unmarked);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
document.querySelectorAll("[data-share]").forEach((each) => { each.hidden = false; });
address();
if ("runs" in words) run();
