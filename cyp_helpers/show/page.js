"use strict";
// Works without network. A page is whole without it: it adds what a hand can do (sort, search, save, choose).
const make = (name, set = {}, ...within) => { const one = Object.assign(document.createElement(name), set); one.append(...within); return one; };
const named = (words, control) => make("label", {}, words + " ", control);

function sortable(table) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const text = (row, n) => row.cells[n].textContent.trim(), told = make("span", { role: "status" });
  const key = (row, n) => { const sign = row.cells[n].dataset.sort; return sign ? +sign : text(row, n); };
  const number = words => typeof words === "number" ? words : /^[+\u2212-]?[\d,.]+/.test(words) ? parseFloat(words.replace(/,/g, "").replace("\u2212", "-")) : NaN;
  function compare(a, b) {
    const [x, y] = [number(a), number(b)];
    return isNaN(x) && isNaN(y) ? String(a).localeCompare(b) : isNaN(x) ? 1 : isNaN(y) ? -1 : x - y;
  }
  function sort(n, down) {
    body.append(...(n < 0 ? rows : [...rows].sort((a, b) => (down ? -1 : 1) * compare(key(a, n), key(b, n)))));
    heads.forEach((head, each) => each === n ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
  }
  const search = make("input", { type: "search" }), choices = new Map(), by = make("select");
  function filter() {
    const wanted = search.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted)
      || [...choices].some(([n, chosen]) => chosen.value && !text(row, n).split(", ").includes(chosen.value));
    told.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} shown`;
  }
  const tools = make("div", { className: "tools" }, named("Search", search));
  by.add(new Option("as the plan lists them", -1));
  heads.forEach((head, n) => {
    const words = head.firstChild.textContent.trim();
    if (head.dataset.filter !== undefined) {
      const chosen = make("select"), values = [...new Set(rows.flatMap(row => text(row, n).split(", ")))].sort();
      chosen.add(new Option("all", ""));
      values.forEach(value => chosen.add(new Option(value)));
      choices.set(n, chosen);
      tools.append(named(words, chosen));
    }
    if (head.matches(".c-spark, .c-spine")) return;
    by.add(new Option(words, n));
    const button = make("button", { type: "button", textContent: words });
    button.onclick = () => { const down = head.getAttribute("aria-sort") === "ascending"; sort(n, down); by.value = n; };
    head.firstChild.replaceWith(button);
  });
  by.onchange = () => sort(+by.value, false);
  search.oninput = filter;
  choices.forEach(chosen => { chosen.onchange = filter; });
  tools.append(named("Sort by", by), told);
  table.before(tools);
  filter();
}

document.querySelectorAll("table[data-sortable]").forEach(sortable);

// A picture becomes part of the page, so that its marks can be named and moved; it can be saved, and its figures too.
function keep(name, blob) {
  const link = make("a", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
const slug = words => words.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60);

function savePicture(svg, title) {
  const twice = 2, box = svg.viewBox.baseVal, picture = new Image(), canvas = make("canvas"), pen = canvas.getContext("2d"), lines = [""];
  pen.font = "bold 17px Arial";
  title.split(" ").forEach(word => { if (pen.measureText(lines.at(-1) + word).width > box.width - 20) lines.push(""); lines[lines.length - 1] += word + " "; });
  [canvas.width, canvas.height] = [box.width * twice, (box.height + 24 * lines.length + 12) * twice];
  picture.onload = () => {
    pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.scale(twice, twice); pen.fillStyle = "#1d1d1d"; pen.font = "bold 17px Arial";
    lines.forEach((line, n) => pen.fillText(line, 10, 24 * (n + 1)));
    pen.drawImage(picture, 0, 24 * lines.length + 12, box.width, box.height);
    canvas.toBlob(blob => keep(slug(title) + ".png", blob));
  };
  picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
}

function saveFigures(table, title) {
  const plain = words => /^[=+\-@\t\r]/.test(words) && !/^[+-]?[\d.,]+%?$/.test(words) ? "'" + words : words;
  const cell = one => '"' + plain(one.textContent.replace(/\u2212/g, "-")).replace(/"/g, '""') + '"';
  const lines = [...table.rows].map(row => [...row.cells].map(cell).join(","));
  keep(slug(title) + ".csv", new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
}

document.querySelectorAll("figure.chart").forEach(figure => {
  const image = figure.querySelector("img"), table = figure.querySelector("table");
  const drawn = new DOMParser().parseFromString(atob(image.src.split(",")[1]).replace(/[\x80-\xff]+/g, bytes => new TextDecoder().decode(Uint8Array.from(bytes, one => one.charCodeAt(0)))), "image/svg+xml");
  const svg = document.importNode(drawn.documentElement, true), title = figure.querySelector("strong")?.textContent ?? image.alt.split(". ")[1] ?? image.alt;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", image.alt);
  image.replaceWith(svg);
  const save = make("p", { className: "save" }), button = (words, act) => save.append(make("button", { type: "button", textContent: words, onclick: act }));
  button("Save picture", () => savePicture(svg, title));
  if (table) button("Save figures (CSV)", () => saveFigures(table, title));
  figure.querySelector("figcaption").prepend(save);
  // On a narrow screen a picture begins with the area's newest figure in view.
  const frame = figure.querySelector(".picture"), newest = [...svg.querySelectorAll("circle.own")].at(-1)?.getBoundingClientRect();
  frame.scrollLeft = svg.dataset.years ? frame.scrollWidth : (newest?.left ?? 0) - frame.getBoundingClientRect().left - frame.clientWidth / 2;
  if (svg.matches(".areas")) {
    const name = make("p", { role: "status", textContent: "\u00a0" });
    const tell = event => { const mark = event.target.closest(".a"); if (mark) name.textContent = mark.querySelector("title").textContent; };
    ["pointerover", "click"].forEach(one => svg.addEventListener(one, tell));
    figure.querySelector(".picture").after(name);
  }
});

// Another authority: what the page says and draws of it stands in the page.
document.querySelectorAll(".chooser").forEach(chooser => {
  const { areas, regions, words, own } = JSON.parse(chooser.dataset.all), select = make("select"), told = make("p", { role: "status" });
  const charts = [...document.querySelectorAll("svg.areas")], years = document.querySelector("svg[data-years]:has(.near)");
  const [NAME, TITLE, LEAD, TEXT, RANK, REGION, YEARS, NEAR, GATE, VERDICTS, REACH] = Array(11).keys();
  areas.forEach((area, n) => select.add(new Option(area[NAME], n, n === own, n === own)));
  const field = (name, text) => document.querySelectorAll(`[data-field="${name}"]`).forEach(one => { one.textContent = text; });
  const fill = (name, rows) => document.querySelectorAll(`table[data-name="${name}"] tbody tr`).forEach((row, n) => {
    row.hidden = !rows[n];
    rows[n]?.forEach((text, cell) => { row.cells[cell].textContent = text; });
  });
  const spoken = rows => rows.map(row => row.map(one => words[one]));

  function draw(area) {
    const { x, low, high, top, bottom, places } = JSON.parse(years.dataset.years);
    const y = number => Math.round((bottom + (number - low) / (high - low) * (top - bottom)) * 10) / 10;
    const near = x.map((_, n) => { const known = area[NEAR].map(one => areas[one][YEARS][n]).filter(one => one !== null); return known.length ? known.reduce((a, b) => a + b) / known.length : null; });
    const lines = { own: [area[NAME], area[YEARS]], region: regions[area[REGION]], near: ["Neighbours", near] }, ends = [];
    for (const [kind, [name, numbers]] of Object.entries(lines)) {
      const known = n => (numbers[n] ?? null) !== null;
      const step = (number, n) => !known(n) ? "" : known(n - 1) ? `L${x[n]} ${y(number)}` : known(n + 1) ? `M${x[n]} ${y(number)}` : `M${x[n] - 5} ${y(number)}h10`;
      const path = numbers.map(step).join("");
      years.querySelector(`path.${kind}`)?.setAttribute("d", path);
      const last = numbers.findLast(one => one !== null), label = years.querySelector(`.ends .${kind}`);
      if (!label) continue;
      label.textContent = last === undefined ? "" : `${name.length > 15 ? name.slice(0, 14).trimEnd() + "\u2026" : name} ${last.toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places })}`;
      if (last !== undefined) label.dataset.at = y(last);
    }
    years.querySelectorAll("circle.own").forEach(dot => dot.remove());
    const svg = (name, set) => { const one = document.createElementNS(years.namespaceURI, name); Object.entries(set).forEach(([key, value]) => one.setAttribute(key, value)); return one; };
    area[YEARS].forEach((number, n) => number !== null && years.querySelector(".ends").before(svg("circle", { class: "own", cx: x[n], cy: y(number), r: 4.5, fill: "#12436D" })));
    const gate = years.querySelector(".gate");
    if (gate) { gate.style.display = area[GATE].length ? "" : "none"; if (area[GATE].length) { gate.setAttribute("y", y(area[GATE][1])); gate.setAttribute("height", y(area[GATE][0]) - y(area[GATE][1])); } }
    const labels = [...years.querySelectorAll(".ends text")].sort((a, b) => a.dataset.at - b.dataset.at);
    let last = -1e9;
    const places_ = labels.map(label => (last = Math.max(+label.dataset.at, last + 21)));
    last = bottom + 21;
    labels.map((_, n) => n).reverse().forEach(n => { places_[n] = last = Math.min(places_[n], last - 21); labels[n].setAttribute("y", places_[n] + 6); });
  }
  function show() {
    const area = areas[select.value];
    field("title", area[TITLE]);
    field("lead", area[LEAD]);
    fill("verdicts", spoken(area[VERDICTS]));
    fill("reach", spoken(area[REACH]));
    fill("neighbours", area[NEAR].map(one => [areas[one][NAME], areas[one][TEXT], areas[one][RANK]]));
    charts.forEach(chart => {
      const place = n => chart.querySelector(`.a[data-n="${n}"]`)?.getAttribute("transform") ?? "translate(-99 -99)";
      const first = chart.querySelector(".near");  // another authority may have more neighbours with a figure
      while (first && chart.querySelectorAll(".near").length < area[NEAR].length) first.after(first.cloneNode());
      chart.querySelectorAll(".near").forEach((mark, n) => mark.setAttribute("transform", place(area[NEAR][n])));
      chart.querySelectorAll(".own").forEach(mark => mark.setAttribute("transform", place(select.value)));
    });
    if (years) draw(area);
    told.textContent = +select.value === own ? "" : `The heading, the first line, the marks and lines of the pictures and the tables of comparisons, of what it would take and of neighbours are now of ${area[NAME]}. All else stays with ${areas[own][NAME]}: what is folded, what is saved as figures, and the other sentences.`;
  }
  select.onchange = show;
  chooser.append(named("Authority", select), told);
});
