"use strict";
{
  // Everything that came out of a statement is written as text nodes: nothing here ever parses HTML.

  const $ = (id) => document.getElementById(id);
  const WORDS = {
    birth: "by country of birth", citizenship: "by citizenship", mixed: "mixed concept", unstated: "concept unstated",
  };
  const STAGES = ["proposed", "pledged", "agreed", "delivered"];
  const FIRST_EVENTS = 12;
  const LOG_ERRORS = 1; // Vega warns of every dataset without a row, and no gap is no fault
  const NOT_OBSERVED = "not observed";

  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2, signDisplay: "negative" });
  const signed = new Intl.NumberFormat("en", { maximumFractionDigits: 2, signDisplay: "exceptZero" });
  const round = new Intl.NumberFormat("en", { maximumFractionDigits: 2, notation: "compact", compactDisplay: "long" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const monthName = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
  const units = (n, one, many = `${one}s`) => (n === null ? NOT_OBSERVED : `${whole.format(n)} ${n === 1 ? one : many}`);
  const percent = (n) => (n === null ? NOT_OBSERVED : `${whole.format(n)} %`);

  const el = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  const unpack = (id) => {
    const bytes = Uint8Array.from(atob($(id).textContent), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  let data;
  let here = { origin: "", destination: "" };

  // ---- countries -----------------------------------------------------------------------------------------------------

  const nameOf = (code) => data.countries[code]?.[0] || code;
  const label = (code) => (data.countries[code] ? `${nameOf(code)} (${code})` : code);
  const parties = (codes) => codes.map(nameOf).join(", ");
  const hashOf = (directed) => `#${directed.replace(">", "-")}`;

  const findCountry = (typed) => {
    const wanted = typed.trim().toLowerCase();
    if (!wanted) return undefined;
    const all = data.selectable;
    const same = (text) => text.toLowerCase() === wanted;
    const exact = all.find((code) => same(code) || same(label(code)) || data.countries[code]?.some(same));
    const starting = all.filter((code) => nameOf(code).toLowerCase().startsWith(wanted));
    return exact ?? (starting.length === 1 ? starting[0] : undefined);
  };

  // ---- series --------------------------------------------------------------------------------------------------------

  const unroll = (runs) => {
    const values = [];
    for (let i = 0; i < runs.length; i += 2) for (let n = 0; n < runs[i + 1]; n += 1) values.push(runs[i]);
    return values;
  };

  const monthStart = (i) => {
    const [year, month] = data.first_month.split("-").map(Number);
    return Date.UTC(year, month - 1 + i, 1);
  };

  const monthlyOf = (place, column) =>
    data.n_months ? unroll(data.series[data.monthly[column][place]]) : [];
  const coverageOf = (code) =>
    code in data.coverage ? unroll(data.series[data.coverage[code]]) : Array(data.n_months).fill(null);

  const monthsOf = ({ origin, destination }) => {
    const place = data.dyads.indexOf(`${origin}>${destination}`);
    const column = Object.fromEntries(Object.keys(data.monthly).map((name) => [name, monthlyOf(place, name)]));
    const [from, to] = [coverageOf(origin), coverageOf(destination)];
    const rows = Array.from({ length: data.n_months }, (_, i) => ({
      from: monthStart(i),
      to: monthStart(i + 1),
      middle: (monthStart(i) + monthStart(i + 1)) / 2,
      label: monthName.format(monthStart(i)),
      stories: column.n_statements[i],
      events: column.n_events[i],
      balance: column.cooperation_balance[i],
      requests: column.n_requests[i],
      consults: column.n_consults[i],
      commitments: column.n_commitments[i],
      flights: column.n_flights[i],
      origin: from[i],
      destination: to[i],
      either: from[i] ?? to[i],
    }));
    const seen = (row) => row.stories !== null || row.flights !== null;
    const kept = rows.slice(rows.findIndex(seen), rows.findLastIndex(seen) + 1);
    for (const row of kept) {
      row.balance_text = row.balance === null ? NOT_OBSERVED : `${signed.format(row.balance)} points`;
      for (const name of ["stories", "events", "requests", "consults", "commitments", "flights"]) {
        row[`${name}_text`] = row[name] === null ? NOT_OBSERVED : whole.format(row[name]);
      }
      for (const name of ["origin", "destination"]) row[`${name}_text`] = percent(row[name]);
    }
    return rows.some(seen) ? kept : [];
  };

  const gapsOf = (months, field) => {
    const gaps = [];
    months.forEach((month, i) => {
      if (month[field] !== null) return;
      if (i && months[i - 1][field] === null) gaps.at(-1).to = month.to;
      else gaps.push({ from: month.from, to: month.to });
    });
    const width = months.length ? months.at(-1).to - months[0].from : 1;
    for (const gap of gaps) {
      gap.middle = (gap.from + gap.to) / 2;
      gap.label = (gap.to - gap.from) / width > 100 / $("pair").clientWidth ? NOT_OBSERVED : "";
    }
    return gaps;
  };

  const stockOf = ({ origin, destination }) => {
    const place = data.dyads.indexOf(`${origin}>${destination}`);
    const sources = new Set(data.stock.map((edition) => edition.source_key));
    return data.stock.flatMap((edition) => {
      const at = edition.dyads.indexOf(place);
      if (at < 0) return [];
      const source = sources.size > 1 ? `${edition.source_key}, ` : "";
      const name = `${source}edition ${edition.vintage}, ${WORDS[edition.concept] ?? edition.concept}`;
      return edition.years.map((year, i) => ({
        year,
        persons: edition.persons[at][i],
        persons_text: units(edition.persons[at][i], "person"),
        edition: name,
      }));
    });
  };

  // ---- charts --------------------------------------------------------------------------------------------------------

  const theme = () => {
    const css = getComputedStyle(document.documentElement);
    const colour = (name) => css.getPropertyValue(`--${name}`).trim();
    const font = css.getPropertyValue("--sans").trim();
    const text = { labelColor: colour("soft"), titleColor: colour("soft"), labelFont: font, titleFont: font, labelFontSize: 12 };
    return {
      background: null,
      font,
      view: { stroke: null },
      axis: { ...text, gridColor: colour("rule"), domain: false, tickColor: colour("rule"), titleFontWeight: "normal" },
      axisX: { grid: false, domain: true, domainColor: colour("edge"), labelPadding: 5 },
      legend: { ...text, labelColor: colour("ink"), symbolStrokeWidth: 2.5, symbolSize: 90, offset: 4, columnPadding: 18 },
      range: { category: [colour("blue"), colour("orange"), colour("green"), colour("purple")] },
      style: {
        bar: { stroke: colour("paper"), strokeWidth: 1 },
        plus: { color: colour("blue") },
        minus: { color: colour("orange") },
        count: { color: colour("grey") },
        gap: { color: "url(#hatch)" },
        "gap-label": { color: colour("soft"), fontSize: 12, font },
        strip: { color: "transparent" },
        zero: { color: colour("edge"), strokeWidth: 1 },
        none: { color: colour("soft"), strokeWidth: 2.5 },
        unseen: { color: "transparent" },
        edition: { strokeWidth: 2.5 },
        share: { strokeWidth: 2 },
        touch: { color: "transparent", filled: true, size: 400 },
      },
    };
  };

  const views = {};

  const draw = async (id, description, datasets, empty) => {
    const place = $(id);
    views[id]?.finalize();
    delete views[id];
    if (empty) {
      place.replaceChildren(el("p", { class: "nothing hatched" }, el("span", {}, empty)));
      return;
    }
    const drawn = el("div", { class: "drawn" });
    place.replaceChildren(drawn);
    const spec = { ...data.charts[id], datasets, description };
    const result = await vegaEmbed(drawn, spec, {
      actions: false, ast: true, renderer: "svg", logLevel: LOG_ERRORS, config: theme(), tooltip: { disableDefaultStyle: true },
    });
    if (drawn.isConnected) views[id] = result;
    else result.finalize();
  };

  const sum = (rows, field) => rows.reduce((total, row) => total + (row[field] ?? 0), 0);
  const observed = (rows, field) => rows.filter((row) => row[field] !== null);

  const drawAll = (months, stock) => {
    const pair = `${nameOf(here.origin)} to ${nameOf(here.destination)}`;
    const said = gapsOf(months, "stories");
    const flown = gapsOf(months, "flights");
    const unseen = gapsOf(months, "either");
    const shares = ["origin", "destination"].flatMap((end) =>
      months.map((row) => ({ middle: row.middle, share: row[end], country: nameOf(here[end]) })));
    const unless = (rows, field, why) => (observed(rows, field).length ? "" : `Not observed: ${why}. That is not a zero.`);
    const unsaid = unless(months, "stories", "no source of statements covers this pair");
    const unflown = unless(months, "flights", "no month of this pair lies inside the coverage of a source of flights");
    const unshared = unless(shares, "share", "nobody recorded flights of either state");
    const unmoved = unless(stock, "persons", "no edition has a figure for this pair");
    return Promise.all([
      draw("balance", `Cooperation balance per month, points, ${pair}`, { months, gaps: said }, unsaid),
      draw("stories", `Stories per month, ${pair}`, { months, gaps: said }, unsaid),
      draw("flights", `Flights per month, ${pair}`, { months, gaps: flown }, unflown),
      draw("coverage", `Flights seen at both ends per month, %, ${pair}`, { months, gaps: unseen, shares }, unshared),
      draw("migration", `Migrant stock by year, persons, a line per edition, ${pair}`, { stock }, unmoved),
    ]);
  };

  // ---- words ---------------------------------------------------------------------------------------------------------

  const when = (iso) => el("time", { datetime: iso }, day.format(new Date(`${iso}T00:00:00Z`)));
  const spoken = (style, shown, said) =>
    el("span", { class: style }, el("span", { "aria-hidden": "true" }, shown), el("span", { class: "unseen" }, said));
  const arrow = () => spoken("arrow", " → ", " to ");
  const whom = (by, to) => el("span", { class: "whom" }, parties(by), ...(to.length ? [arrow(), parties(to)] : []));
  const topic = (code) => code.replace(".", ": ");
  const quote = ([before, words, after]) =>
    el("q", { class: "quote", dir: "auto" }, before.trimStart(), el("mark", {}, words), after.trimEnd());

  const outlet = (name, url) => {
    let address = null;
    try {
      address = new URL(url);
    } catch {
      // no address, or none that a browser understands: the outlet's name stands alone
    }
    if (!address || !["http:", "https:"].includes(address.protocol)) return el("span", {}, name || "outlet not stated");
    return el("a", { href: address.href, rel: "noopener noreferrer nofollow" }, name || address.hostname);
  };

  const amount = (low, high, currency) => {
    if (low === null && high === null) return null;
    const money = (n) => el("data", { value: n, title: `${whole.format(n)} ${currency ?? ""}`.trim() }, round.format(n));
    const sum = low === null ? ["up to ", money(high)] : high === null ? ["at least ", money(low)]
      : low === high ? [money(low)] : [money(low), " to ", money(high)];
    return el("span", { class: "amount" }, ...sum, ` ${currency ?? "(no currency said)"}`);
  };

  const stage = (name) => {
    const reached = STAGES.indexOf(name) + 1;
    const steps = "●".repeat(reached) + "○".repeat(STAGES.length - reached);
    return el("span", { class: "stage" }, el("span", { class: "steps", "aria-hidden": "true" }, steps), ` ${name}`);
  };

  const pairHere = () => [here.origin, here.destination].sort();

  const rowsOf = (table) => {
    const place = data.dyads.indexOf(pairHere().join(">"));
    const names = Object.keys(table).filter((name) => name !== "more");
    const rows = [];
    table.pairs.forEach((pairs, i) => {
      if (pairs.includes(place)) rows.push(Object.fromEntries(names.map((name) => [name, table[name][i]])));
    });
    return rows;
  };

  const countOf = (table, rows, one, many) => {
    const total = table.more[pairHere().join("-")];
    if (!rows.length && !total) return `No ${one} between the two is on record.`;
    if (total) return `The newest ${rows.length} of ${units(total, one, many)}; the database holds all.`;
    return `${units(rows.length, one, many)} in either direction, newest first.`;
  };

  const tell = (rows) => {
    $("commitments-count").textContent = countOf(data.commitments, rows, "commitment");
    if (!rows.length) return $("commitments").replaceChildren();
    const cell = (name, ...children) => el("td", { "data-label": name }, ...children);
    const none = () => spoken("none", "–", "none said");
    const pair = pairHere().join("-");
    const numbers = (one) => one.before === null ? "" :
      ` ${whole.format(one.before)} before, ${whole.format(one.after)} after` +
      (one.beyond === null ? "" : `; ${signed.format(Math.round(100 * one.beyond))} % beyond what came to others`) +
      (one.p === null ? "." : ` (p = ${one.p.toFixed(3)}).`);
    const found = (one) => el("p", { class: "found" },
      el("span", { class: "flag" }, one.verdict), ` ${one.series}: ${one.reason}.`, numbers(one));
    const beside = (told) => told.length ? [el("details", { class: "found" },
      el("summary", {}, `What others say (${told.length})`), el("ul", {}, ...told.map((text) => el("li", {}, text))))] : [];
    const seen = (row) => {
      const mine = row.found.filter((one) => one.dyad === pair);
      return [...mine.map(found), ...beside(mine[0]?.beside ?? [])];
    };
    const heads = ["Date", "Who → whom", "Topic", "Stage", "Amount", "Condition", "Deadline", "Source"];
    const bodies = rows.map((row) => el("tbody", {},
      el("tr", {},
        el("th", { scope: "row", "data-label": "Date" }, when(row.published_on)),
        cell("Who → whom", whom(row.committed_by, row.beneficiaries)),
        cell("Topic", topic(row.topic), " ", el("span", { class: "by" },
          [row.direction, row.instrument === "none" ? row.kind : row.instrument.replaceAll("_", " ")].join(", "))),
        cell("Stage", stage(row.stage)),
        cell("Amount", amount(row.amount_min, row.amount_max, row.currency) ?? none()),
        cell("Condition", row.condition ?? none()),
        cell("Deadline", row.deadline ?? none()),
        cell("Source", outlet(row.outlet, row.url))),
      el("tr", { class: "evidence" }, el("td", { colspan: heads.length }, el("span", { class: "unseen" }, "Evidence: "), quote(row.quote), ...seen(row)))));
    return $("commitments").replaceChildren(el("table", { class: "stacking commitments" },
      el("caption", { class: "unseen" }, "Commitments of the pair, each with the words that commit marked"),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), ...bodies));
  };

  const report = (rows) => {
    $("events-count").textContent = countOf(data.events, rows, "event");
    const item = (row) => el("li", {},
      el("p", { class: "when" }, when(row.published_on)),
      el("div", {},
        el("p", { class: "what" },
          el("span", { class: "type" }, row.event_type), " ", whom(row.actors, row.recipients), " ",
          el("span", { class: "score" }, `${signed.format(row.event_scale)} ${Math.abs(row.event_scale) === 1 ? "point" : "points"}`),
          ...row.flags.map((flag) => el("span", { class: "flag" }, flag))),
        el("p", {}, quote(row.quote)),
        el("p", { class: "by" }, row.topics.map(topic).join(" · "), row.speaker ? ` · said by ${row.speaker}` : "", " · ",
          outlet(row.outlet, row.url))));
    $("events").replaceChildren(...rows.slice(0, FIRST_EVENTS).map(item));
    const rest = rows.slice(FIRST_EVENTS);
    $("events-all").hidden = !rest.length;
    $("events-all").textContent = `Show the other ${rest.length}`;
    $("events-all").onclick = () => {
      const added = rest.map(item);
      $("events").append(...added);
      $("events-all").hidden = true;
      added[0].tabIndex = -1;
      added[0].focus();
    };
  };

  const numbers = (months, stock) => {
    const value = (n, format = whole) => (n === null ? [NOT_OBSERVED, "n none"] : [format.format(n), "n"]);
    const table = (title, heads, rows) => el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": title },
      el("table", {}, el("caption", { class: "unseen" }, title),
        el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i ? "n" : "" }, head)))),
        el("tbody", {}, ...rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first),
          ...rest.map(([text, style]) => el("td", { class: style }, text)))))));
    const newest = [...months].reverse();
    const editions = [...new Set(stock.map((row) => row.edition))];
    const years = [...new Set(stock.map((row) => row.year))].sort();
    const persons = (year, edition) => stock.find((row) => row.year === year && row.edition === edition)?.persons ?? null;
    const tables = {
      said: () => table("Statements per month",
        ["Month", "Balance, points", "Stories", "Events", "Meetings and talks", "Requests", "Commitments"],
        newest.map((row) => [row.label, value(row.balance, signed),
          ...["stories", "events", "consults", "requests", "commitments"].map((name) => value(row[name]))])),
      flown: () => table("Flights per month",
        ["Month", "Flights", `Coverage of ${nameOf(here.origin)}, %`, `Coverage of ${nameOf(here.destination)}, %`],
        newest.map((row) => [row.label, value(row.flights), value(row.origin), value(row.destination)])),
      moved: () => table("Migrant stock by year, persons", ["Year", ...editions],
        years.map((year) => [year, ...editions.map((edition) => value(persons(year, edition)))])),
    };
    for (const details of document.querySelectorAll("details.numbers")) {
      const fill = () => {
        details.querySelector("div")?.remove();
        if (details.open) details.append(tables[details.dataset.of]());
      };
      details.ontoggle = fill;
      fill();
    }
  };

  const figures = (months, stock, commitments) => {
    const covered = observed(months, "stories");
    const flown = observed(months, "flights");
    const latest = observed(stock.filter((row) => row.edition === stock[0].edition), "persons").at(-1);
    const span = (rows) => (rows.length ? `${rows[0].label} to ${rows.at(-1).label}` : "no month is covered");
    const n = (rows, field) => (rows.length ? whole.format(sum(rows, field)) : "–");
    const total = data.commitments.more[pairHere().join("-")] ?? commitments.length;
    const monthsSeen = `in ${units(flown.length, "observed month")} of ${months.length}`;
    const latestOf = latest && `persons in ${latest.year}, ${latest.edition}`;
    const entries = [
      ["stories", n(covered, "stories"), `${span(covered)}, in either direction`],
      ["commitments", covered.length || total ? whole.format(total) : "–", "in either direction"],
      ["flights", n(flown, "flights"), flown.length ? monthsSeen : NOT_OBSERVED],
      ["migrants", latest ? whole.format(latest.persons) : "–", latestOf ?? NOT_OBSERVED],
    ];
    $("figures").replaceChildren(...entries.map(([name, number, note]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, el("b", {}, number), el("span", { class: "by" }, note)))));
  };

  // ---- the page ------------------------------------------------------------------------------------------------------

  const show = async () => {
    const { origin, destination } = here;
    $("origin").value = label(origin);
    $("destination").value = label(destination);
    if (["origin", "destination"].includes(document.activeElement.id)) document.activeElement.select();
    $("pair-title").replaceChildren(nameOf(origin), arrow(), nameOf(destination));
    document.title = `${nameOf(origin)} to ${nameOf(destination)} · Entente`;
    const isHeld = data.dyads.includes(`${origin}>${destination}`);
    $("held").hidden = !isHeld;
    $("unheld").hidden = isHeld;
    if (!isHeld) {
      $("pair").setAttribute("aria-busy", "false");
      return;
    }
    const months = monthsOf(here);
    const stock = stockOf(here);
    const commitments = rowsOf(data.commitments);
    figures(months, stock, commitments);
    tell(commitments);
    report(rowsOf(data.events));
    numbers(months, stock);
    $("pair").setAttribute("aria-busy", "true");
    await drawAll(months, stock);
    if (here.origin === origin && here.destination === destination) $("pair").setAttribute("aria-busy", "false");
  };

  const goTo = (origin, destination) => {
    here = { origin, destination };
    history.replaceState(null, "", `#${origin}-${destination}`);
    return show();
  };

  const fromHash = () => {
    const [origin, destination] = location.hash.slice(1).split("-");
    const known = (code) => data.selectable.includes(code);
    return known(origin) && known(destination) && origin !== destination ? [origin, destination] : null;
  };

  const choose = (event) => {
    const typed = { origin: findCountry($("origin").value), destination: findCountry($("destination").value) };
    const bad = ["origin", "destination"].filter((end) => !typed[end]);
    for (const end of ["origin", "destination"]) $(end).setAttribute("aria-invalid", String(bad.includes(end)));
    const same = !bad.length && typed.origin === typed.destination;
    const unknown = bad.length && `Nothing is held about “${$(bad[0]).value}”: choose a state of the list, by name or code.`;
    $("choice-problem").textContent = unknown || (same ? "Choose two different states." : "");
    if (bad.length || same) return;
    if (typed.origin !== here.origin || typed.destination !== here.destination) goTo(typed.origin, typed.destination);
    else $(event.target.id).value = label(typed[event.target.id]);
  };

  const listen = () => {
    $("choice").addEventListener("submit", (event) => event.preventDefault());
    for (const end of ["origin", "destination"]) {
      // A list offers what holds the text of the field: selected, the text is gone with the first key.
      $(end).addEventListener("focus", () => $(end).select());
      $(end).addEventListener("change", choose);
      $(end).addEventListener("input", (event) => {
        if (!event.inputType || event.inputType === "insertReplacementText") choose(event); // chosen from the list
      });
      $(end).addEventListener("keydown", (event) => {
        if (event.key === "Escape") $(end).value = label(here[end]);
      });
    }
    $("swap").addEventListener("click", () => goTo(here.destination, here.origin));
    document.querySelector("[data-skip]").addEventListener("click", (event) => {
      event.preventDefault();
      $("pair").focus();
    });
    addEventListener("hashchange", () => {
      const next = fromHash();
      if (next) goTo(...next);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  };

  const start = async () => {
    if (typeof DecompressionStream === "undefined") throw new Error("this page needs a browser of 2023 or later");
    data = JSON.parse(await unpack("data-packed"));
    if (!data.default) throw new Error("the database holds no pair of states with a figure yet: land a source, publish again");
    const byName = (a, b) => nameOf(a).localeCompare(nameOf(b), "en");
    data.selectable = [...new Set(data.dyads.flatMap((dyad) => dyad.split(">")))].sort(byName);
    document.head.append(el("script", {}, await unpack("bundle-packed")));
    $("countries").replaceChildren(...data.selectable.map((code) => el("option", { value: label(code) })));
    const links = data.documented.flatMap((dyad) =>
      [" · ", el("a", { href: hashOf(dyad) }, dyad.split(">").map(nameOf).join(" – "))]);
    if (links.length) $("documented").replaceChildren("Most is said about: ", ...links.slice(1));
    listen();
    await goTo(...(fromHash() ?? data.default.split(">")));
  };

  start().catch((error) => {
    $("trouble").hidden = false;
    $("trouble").textContent = `The figures can't be drawn: ${error.message}.`;
    $("pair").hidden = true;
    console.error(error);
  });
}
