// What is nicer with a script; every page works without.
"use strict";

const copyable = (box) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = document.documentElement.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("code").textContent);
    button.textContent = document.documentElement.dataset.copied;
  });
  box.append(button);
};

if (navigator.clipboard) document.querySelectorAll(".code").forEach(copyable);

// A file of data is read into the field: by choosing it, or by dropping it there.
const field = document.querySelector("[data-drop]");
if (field) {
  const hint = document.querySelector("[data-drop-hint]");
  const form = document.getElementById("form");
  const endings = { ttl: "turtle", nt: "ntriples", jsonld: "jsonld", rdf: "rdfxml", trig: "trig", nq: "nquads" };
  const take = async (file) => {
    if (!file) return;
    field.value = await file.text();
    form.value = endings[file.name.split(".").pop().toLowerCase()] || form.value;
  };
  hint.hidden = false;
  const chosen = document.getElementById("file");
  // What is in the field is sent, and not the file a second time.
  chosen.removeAttribute("name");
  chosen.addEventListener("change", (event) => take(event.target.files[0]));
  field.addEventListener("dragover", (event) => event.preventDefault());
  field.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
