// The field for SPARQL becomes an editor, and what it finds is shown below it.
"use strict";

const form = document.querySelector("[data-editor]");
const plain = form.querySelector("textarea");
const share = document.querySelector("[data-share]");
const results = document.querySelector("[data-results]");
const words = form.dataset;
const { prefixes, ...known } = JSON.parse(document.getElementById("known").textContent);
const base = "https://w3id.org/tipgraph/";
const most = 1000;

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

const asked = async (query) => {
  const answer = await fetch(form.action, {
    method: "POST", body: query,
    headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, text/turtle;q=0.9" },
  });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer;
};

// What our things are called stands beside their names.
const labelled = async (rows) => {
  const iris = [...new Set(rows.flatMap((row) => Object.values(row))
    .filter(({ type, value }) => type === "uri" && value.startsWith(base)).map(({ value }) => value))].slice(0, most);
  if (!iris.length) return {};
  const query = `SELECT ?t ?l { VALUES ?t { ${iris.map((iri) => `<${iri}>`).join(" ")} } ?t <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }`;
  const found = (await (await asked(query)).json()).results.bindings;
  return Object.fromEntries(found.map(({ t, l }) => [t.value, l.value]));
};

const shown = (term, labels) => {
  const cell = element("td");
  if (!term) return cell;
  if (term.type !== "uri") return Object.assign(cell, { textContent: term.value });
  const own = term.value.startsWith(base);
  const href = own ? words.root + "/" + term.value.slice(base.length) : term.value;
  if (/^(https?:|\/)/.test(href)) cell.append(element("a", labels[term.value] || short(term.value), { href, title: term.value }));
  else cell.textContent = term.value;
  return cell;
};

const table = async ({ head, results: { bindings } }) => {
  const rows = bindings.slice(0, most);
  const labels = await labelled(rows);
  const made = element("table");
  made.append(element("caption", words.rows.replace("{n}", bindings.length)));
  const names = made.createTHead().insertRow();
  names.append(...head.vars.map((name) => element("th", name, { scope: "col" })));
  const body = made.createTBody();
  rows.forEach((row) => body.insertRow().append(...head.vars.map((name) => shown(row[name], labels))));
  const ways = element("p");
  const csv = new URL(form.action);
  csv.search = new URLSearchParams({ query: yasqe.getValue(), format: "csv" });
  ways.append(element("a", "CSV", { href: csv.href }));
  return [ways, made];
};

const run = async () => {
  results.removeAttribute("data-shown");
  results.replaceChildren(element("p", words.running));
  try {
    const answer = await asked(yasqe.getValue());
    const json = answer.headers.get("content-type").includes("json");
    const told = json ? await answer.json() : await answer.text();
    results.replaceChildren(...(!json ? [element("pre", told)]
      : "boolean" in told ? [element("p", String(told.boolean))] : await table(told)));
  } catch (error) {
    results.replaceChildren(element("p", error.message, { className: "notice" }));
  }
  results.dataset.shown = "yes";
};

const address = () => {
  const at = new URL(`${words.root}/editor`, location.href);
  at.searchParams.set("query", yasqe.getValue());
  share.querySelector("a").href = at.href;
};
yasqe.on("change", address);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
share.hidden = false;
address();
