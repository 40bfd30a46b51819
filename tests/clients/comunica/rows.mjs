// Prints the rows of a query over sources as JSON: node rows.mjs QUERY [TYPE@]ADDRESS ...
import { QueryEngine } from "@comunica/query-sparql";

const [query, ...places] = process.argv.slice(2);
const sources = places.map((place) => {
  const [, type, value] = place.match(/^(?:(\w+)@)?(.*)$/);
  return type ? { type, value } : value;
});
const rows = await (await new QueryEngine().queryBindings(query, { sources })).toArray();
console.log(
  JSON.stringify(
    rows.map((row) => ({
      response: row.get("response").value,
      label: row.get("label").value,
      language: row.get("label").language,
    })),
  ),
);
