// What is nicer with a script; every page works without.
"use strict";

const copyable = (box) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = document.documentElement.dataset.copy || "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("code").textContent);
    button.textContent = document.documentElement.dataset.copied || "Copied";
  });
  box.append(button);
};

if (navigator.clipboard) document.querySelectorAll(".code").forEach(copyable);

// A filter that is chosen from a list is applied at once only where the form says so.
document.querySelectorAll("form[data-at-once] select").forEach((select) =>
  select.addEventListener("change", () => select.form.requestSubmit()));
