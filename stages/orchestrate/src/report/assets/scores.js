{
  const source = document.getElementById("scores-data");
  const table = document.getElementById("scores");
  const form = document.getElementById("scores-controls");
  if (source && table && form) {
    const data = JSON.parse(source.textContent);
    const [head, body] = [table.tHead.rows[0], table.tBodies[0]];
    const caption = document.getElementById("scores-caption");
    const status = document.getElementById("scores-status");
    const texts = new Intl.Collator("en", { numeric: true });
    const width = data.series.length;
    const ranged = width > 1;
    const classColumn = data.columns.indexOf("Class");
    let sorted = { column: -1, down: false };

    const element = (name, text, ...classes) => {
      const made = document.createElement(name);
      made.textContent = text;
      made.classList.add(...classes);
      return made;
    };
    const mean = (values) => {
      const there = values.filter((value) => value !== null);
      return there.length ? there.reduce((sum, value) => sum + value, 0) / there.length : null;
    };
    const range = (values) => {
      const there = values.filter((value) => value !== null);
      return there.length ? Math.max(...there) - Math.min(...there) : null;
    };
    const goodness = (value, direction) => (direction === 0 ? -Math.abs(value) : direction * value);

    // Rows of the chosen metric and class, each with its texts and numbers.
    const chosen = () => {
      const setting = Number(form.elements.setting.value);
      const values = data.values[setting];
      const wanted = form.elements.class?.value ?? "all";
      let rows = data.rows.map(([scan, kind], place) => ({
        scan,
        kind,
        numbers: values.slice(place * width, (place + 1) * width),
      }));
      if (wanted === "mean") {
        const byScan = new Map();
        for (const row of rows) {
          if (!byScan.has(row.scan)) byScan.set(row.scan, []);
          byScan.get(row.scan).push(row.numbers);
        }
        rows = [...byScan].map(([scan, lists]) => ({
          scan,
          kind: null,
          numbers: data.series.map((_, at) => mean(lists.map((list) => list[at]))),
        }));
      } else if (wanted !== "all") {
        rows = rows.filter((row) => row.kind === Number(wanted));
      }
      for (const row of rows) {
        row.texts = [...data.scans[row.scan]];
        if (classColumn >= 0) row.texts.push(row.kind === null ? "mean" : data.classes[row.kind]);
        if (ranged) row.range = range(row.numbers);
      }
      const all = rows.length;
      rows = rows.filter((row) => row.numbers.some((value) => value !== null));
      return { rows, without: all - rows.length, setting: data.settings[setting] };
    };

    const compare = (column, down) => {
      const sign = down ? -1 : 1;
      if (column < data.columns.length) {
        return (a, b) => sign * texts.compare(a.texts[column], b.texts[column]);
      }
      const at = column - data.columns.length;
      const value = (row) => (at < width ? row.numbers[at] : row.range);
      return (a, b) => {
        const [x, y] = [value(a), value(b)];
        // What has no value stands last, whichever way.
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (x - y);
      };
    };

    const draw = () => {
      const { rows, without, setting } = chosen();
      const find = form.elements.find.value.trim().toLowerCase();
      const found = find
        ? rows.filter((row) => row.texts.some((text) => text.toLowerCase().includes(find)))
        : rows;
      if (sorted.column >= 0) found.sort(compare(sorted.column, sorted.down));
      // The worst twentieth of every column of numbers, among all rows.
      const limits = data.series.map((_, at) => {
        const there = rows.map((row) => row.numbers[at]).filter((value) => value !== null)
          .map((value) => goodness(value, setting.direction)).sort((a, b) => a - b);
        return there.length >= 20 ? there[Math.floor(there.length / 20) - 1] : -Infinity;
      });
      const show = (value) => (value === null ? "–" : value.toFixed(setting.decimals));
      const drawn = found.map((row) => {
        const line = document.createElement("tr");
        row.texts.forEach((text, at) => {
          const cell = element(at === 0 ? "th" : "td", text);
          if (at === 0) cell.scope = "row";
          line.append(cell);
        });
        const good = row.numbers.map((value) =>
          value === null ? -Infinity : goodness(value, setting.direction));
        const best = Math.max(...good);
        row.numbers.forEach((value, at) => {
          const cell = element("td", "", "number");
          if (value !== null && good[at] <= limits[at]) {
            const sign = element("span", "▼", "low");
            sign.setAttribute("aria-hidden", "true");
            cell.append(sign, element("span", "among the worst: ", "offscreen"));
          }
          const bold = ranged && value !== null && good[at] === best;
          cell.append(bold ? element("strong", show(value)) : show(value));
          line.append(cell);
        });
        if (ranged) line.append(element("td", show(row.range), "number"));
        return line;
      });
      body.replaceChildren(...drawn);
      caption.textContent = setting.title;
      const more = without ? `; ${without} more have no value` : "";
      status.textContent = `${found.length} of ${rows.length} rows${more}`;
      for (const [at, cell] of [...head.cells].entries()) {
        if (at === sorted.column) {
          cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
        } else {
          cell.removeAttribute("aria-sort");
        }
      }
    };

    for (const [at, cell] of [...head.cells].entries()) {
      const button = element("button", cell.textContent, "sort");
      button.type = "button";
      button.addEventListener("click", () => {
        sorted = { column: at, down: sorted.column === at ? !sorted.down : false };
        draw();
      });
      cell.replaceChildren(button);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", draw);
    form.addEventListener("reset", () => {
      sorted = { column: -1, down: false };
      // The fields have their first values only after this event.
      setTimeout(draw);
    });
    const note = document.getElementById("scores-note");
    note?.prepend("▼ marks the worst twentieth of a column. ");
    form.hidden = false;
    draw();
  }
}
