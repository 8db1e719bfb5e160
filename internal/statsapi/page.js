"use strict";
// The page may be open below a stage (/dev or /dev/), so addresses are made from where it is.
const base = location.origin + location.pathname.replace(/\/?$/, "/");
const at = (id) => document.getElementById(id);
at("base").textContent = base;
// What was asked last, without the token: more of it is asked with the same filters.
let asked = new URLSearchParams();
let next = "";

function cell(row, text, detail, numeric) {
  const td = row.insertCell();
  td.textContent = text;
  if (numeric) td.className = "n";
  if (detail) {
    const small = document.createElement("small");
    small.textContent = detail;
    td.append(small);
  }
}

const number = (v, digits = 2) => (v === null || v === undefined ? "–" : v.toFixed(digits));

function detail(item, temperature, metric) {
  const m = item.series[temperature]?.metrics[metric];
  if (!m) return "";
  const interval = m.p50Interval ? ` ${number(m.p50Interval[0])} to ${number(m.p50Interval[1])}` : "";
  return `n ${m.n}${interval}`;
}

function show(item) {
  const row = at("stats").tBodies[0].insertRow();
  cell(row, new Date(item.timestamp * 1000).toISOString().slice(0, 16).replace("T", " "), item.platform);
  const runtime = item.runtime.startsWith("provided") ? item.language : item.runtime;
  cell(row, `${item.function} ${runtime}`, `${item.architecture} ${item.memoryMB} MB`);
  cell(row, item.workload || "own", item.iterations ? `${item.iterations} iterations` : "");
  cell(row, number(item.coldStartInitDuration), detail(item, "cold", "initMs"), true);
  cell(row, number(item.coldStartDuration), detail(item, "cold", "durationMs"), true);
  cell(row, number(item.warmStartDuration), detail(item, "warm", "durationMs"), true);
  cell(row, number(item.warmStartMemoryUsed ?? item.coldStartMemoryUsed, 0), "", true);
}

function say(text, isError) {
  at("state").textContent = text;
  at("state").className = isError ? "error" : "";
}

function filters() {
  const query = new URLSearchParams({ limit: "100" });
  for (const id of ["workload", "architecture", "since"]) {
    for (const value of at(id).value.split(" ").filter(Boolean)) query.append(id, value);
  }
  return query;
}

async function load(again) {
  if (!again) asked = filters();
  const query = new URLSearchParams(asked);
  if (again) query.append("nextToken", next);
  say("Reading …");
  at("more").hidden = true;
  try {
    const answer = await fetch(`${base}v1/stats?${query}`, { headers: { "x-api-key": at("key").value.trim() }, cache: "no-store" });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const hint = answer.status === 403 ? "The key is not accepted." : answer.status === 429 ? "Too many calls; try again later." : "";
      throw new Error(hint || body.error || body.message || `The API answers ${answer.status}.`);
    }
    const rows = at("stats").tBodies[0];
    if (!again) rows.replaceChildren();
    body.items.forEach(show);
    next = body.nextToken ?? "";
    at("stats").hidden = rows.rows.length === 0;
    at("more").hidden = next === "";
    say(rows.rows.length === 0 && !next ? "No run has results that match." : `${rows.rows.length} of ${body.total} rows.`);
  } catch (error) {
    say(error.message, true);
  }
}

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  load(false);
});
at("more").addEventListener("click", () => load(true));
