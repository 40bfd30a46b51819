"""How the pages of the static site look."""

CSS = """\
:root { color-scheme: light dark; --line: #8886; --soft: #8881; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 0 1rem; }
header, footer { padding: 1rem 0; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; font-size: .9rem; }
h1 { line-height: 1.2; }
h1, h2, h3, p, td { overflow-wrap: break-word; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; }
caption { font-weight: bold; padding: .5rem 0; text-align: left; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; }
th, td { vertical-align: top; }
th { background: var(--soft); }
td p { margin: .2rem 0 0; }
code { background: var(--soft); font-size: .9em; overflow-wrap: anywhere; padding: 0 .2em; }
.kind { font-size: .9rem; }
.skip { left: -99rem; position: absolute; }
.skip:focus { left: 1rem; top: 1rem; }
:target { outline: 2px solid; outline-offset: 4px; }
@media (max-width: 45rem) { table { display: block; overflow-x: auto; } }
@media print { header, .skip { display: none; } }
"""
