"""Opens a run's report in headless Chromium and uses it as people do.

report_page.py REPORT [FOLDER]: with a folder, pictures of the page are left there.
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Least contrast of text, and of large text (WCAG 2.2, 1.4.3).
TEXT, LARGE_TEXT = 4.5, 3.0

HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))"

NAMELESS = """() => {
  const visible = (e) => e.checkVisibility();
  const name = (e) => (e.getAttribute('aria-label') ?? '') + e.textContent
    + [...(e.labels ?? [])].map((label) => label.textContent).join('')
    + (e.getAttribute('aria-labelledby') ?? '').split(/\\s+/).filter(Boolean)
        .map((id) => document.getElementById(id)?.textContent ?? '').join('');
  const wanted = 'a[href],button,select,input,textarea,summary,svg[role],[role=region],nav,section';
  return [...document.querySelectorAll(wanted)].filter(visible)
    .filter((e) => name(e).trim() === '').map((e) => e.outerHTML.slice(0, 120));
}"""

BROKEN = """() => {
  const problems = [];
  const ids = new Map();
  for (const e of document.querySelectorAll('[id]')) ids.set(e.id, (ids.get(e.id) ?? 0) + 1);
  for (const [id, count] of ids) if (count > 1) problems.push(`id ${id} ${count} times`);
  for (const a of document.querySelectorAll('a[href^="#"]')) {
    if (!ids.has(a.getAttribute('href').slice(1))) problems.push(`no target: ${a.outerHTML}`);
  }
  for (const e of document.querySelectorAll('[aria-labelledby],[aria-describedby]')) {
    for (const kind of ['aria-labelledby', 'aria-describedby']) {
      for (const id of (e.getAttribute(kind) ?? '').split(/\\s+/).filter(Boolean)) {
        if (!ids.has(id)) problems.push(`${kind} ${id} leads nowhere`);
      }
    }
  }
  for (const use of document.querySelectorAll('use')) {
    if (!ids.has(use.getAttribute('href').slice(1))) problems.push(`no ${use.outerHTML}`);
  }
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption && !table.closest('figure')?.querySelector('figcaption')) {
      problems.push(`a table without a caption: ${table.outerHTML.slice(0, 80)}`);
    }
    for (const th of table.querySelectorAll('th')) {
      if (!th.scope) problems.push(`a header without a scope: ${th.outerHTML}`);
    }
  }
  for (const box of document.querySelectorAll('.scroll')) {
    if (box.tabIndex !== 0) problems.push(`cannot be scrolled by keyboard: ${box.className}`);
  }
  return problems;
}"""

CONTRAST = """([least, leastLarge]) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const problems = new Set();
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element)) continue;
    seen.add(element);
    if (!element.checkVisibility() || element.closest('svg,script,style,.offscreen')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = contrast(rgba(style.color), behind(element));
    if (found < (large ? leastLarge : least)) {
      problems.add(`${found.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`);
    }
  }
  // Text of our own drawings stands on the frame of its box.
  for (const text of document.querySelectorAll('.dag-box text')) {
    if (!text.checkVisibility()) continue;
    const frame = text.closest('.dag-box').querySelector('.dag-frame');
    const found = contrast(rgba(getComputedStyle(text).fill), rgba(getComputedStyle(frame).fill));
    if (found < least) problems.add(`${found.toFixed(2)}: ${text.outerHTML}`);
  }
  return [...problems];
}"""

WIDER = """() => {
  const width = document.documentElement.clientWidth;
  const inside = (e) => {
    for (let box = e.parentElement; box; box = box.parentElement) {
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > width + 1 && !inside(e))
    .map((e) => e.outerHTML.slice(0, 120));
}"""


def check(what, problems):
    assert not problems, f"{what}:\n" + "\n".join(map(str, problems))


def opened(browser, path, **options):
    """A page, and everything that must not happen on it."""
    context = browser.new_context(**options)
    page = context.new_page()
    happened = []
    page.on("console", lambda message: happened.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: happened.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (happened.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: happened.append(request.url))
    page.goto(path.resolve().as_uri())
    assert happened.pop(0) == path.resolve().as_uri()
    return page, happened


def quiet(happened):
    check("this happened on the page", [what for what in happened if not what.startswith("data:")])


def whole(page):
    """What holds for the page as a whole, in whichever colours."""
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1 and levels.count(1) == 1, levels
    jumps = [pair for pair in zip(levels, levels[1:]) if pair[1] > pair[0] + 1]
    check("headings that leave out a level", jumps)
    for landmark in ["header", "main", "footer", "nav[aria-label]"]:
        assert page.locator(landmark).count() == 1, landmark
    assert page.locator("html[lang]").count() == 1
    check("elements without a name", page.evaluate(NAMELESS))
    check("broken structure", page.evaluate(BROKEN))


def first_column(page, column):
    return page.evaluate(
        "(column) => [...document.querySelectorAll('#scores tbody tr')]"
        ".map((row) => row.cells[column].textContent)",
        column,
    )


def number(text):
    return float(text.replace("▼among the worst: ", ""))


def sorting(page):
    """The table of subjects, by keyboard alone."""
    header = page.locator("#scores thead th")
    titles = [title.strip() for title in header.all_text_contents()]
    column = len(titles) - 2
    page.locator("#scores thead button").nth(column).focus()
    page.keyboard.press("Enter")
    assert header.nth(column).get_attribute("aria-sort") == "ascending"
    values = [number(text) for text in first_column(page, column) if text != "–"]
    assert len(values) > 10 and values == sorted(values), values
    page.keyboard.press("Space")
    assert header.nth(column).get_attribute("aria-sort") == "descending"
    values = [number(text) for text in first_column(page, column) if text != "–"]
    assert values == sorted(values, reverse=True), values
    assert page.locator("#scores th[aria-sort]").count() == 1
    rows = page.locator("#scores tbody tr").count()
    caption = page.locator("#scores-caption").inner_text()
    # Another metric, one class, one subject; then all again.
    page.locator("select[name=setting]").select_option(index=1)
    assert page.locator("#scores-caption").inner_text() != caption
    page.locator("select[name=class]").select_option("mean")
    assert page.locator("#scores tbody tr").count() < rows
    subject = first_column(page, 0)[0]
    page.locator("input[name=find]").fill(subject.upper())
    assert set(first_column(page, 0)) == {subject}
    assert page.locator("#scores-status").inner_text().startswith(f"{len(first_column(page, 0))} of ")
    page.locator("#scores-controls button[type=reset]").click()
    page.wait_for_function("rows => document.querySelectorAll('#scores tbody tr').length === rows", arg=rows)
    assert page.locator("#scores th[aria-sort]").count() == 0


def copying(page):
    for button in page.locator("button[data-copy]").all():
        wanted = page.evaluate(
            "id => document.getElementById(id).textContent", button.get_attribute("data-copy")
        )
        button.click()
        page.wait_for_function("button => button.textContent === 'Copied'", arg=button.element_handle())
        assert page.locator("[data-copy-status]").text_content() == "Copied to the clipboard"
        assert page.evaluate("navigator.clipboard.readText()") == wanted
    assert page.locator("button[data-copy]").count() >= 2


def themes(page):
    colour = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = colour()
    switch = page.locator("[data-theme-switch]")
    assert switch.inner_text() == "Theme: system"
    switch.click()
    assert (switch.inner_text(), colour()) == ("Theme: light", light)
    switch.click()
    assert switch.inner_text() == "Theme: dark" and colour() != light
    page.reload()
    assert switch.inner_text() == "Theme: dark" and colour() != light
    switch.click()
    assert (switch.inner_text(), colour()) == ("Theme: system", light)


def links(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    # A box of the graph opens what it leads to.
    box = page.locator(".wide-only .dag-box a").first
    target = box.get_attribute("href")
    box.click()
    page.wait_for_function("id => document.querySelector(id).open", arg=target)
    assert page.locator(target).evaluate("e => e.getBoundingClientRect().top < innerHeight")


def main():
    path = pathlib.Path(sys.argv[1])
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        desktop = {"width": 1280, "height": 900}
        page, happened = opened(
            browser,
            path,
            viewport=desktop,
            color_scheme="light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        links(page)
        whole(page)
        sorting(page)
        copying(page)
        themes(page)
        assert page.evaluate("typeof globalThis.hacked") == "undefined"
        quiet([what for what in happened if what != path.resolve().as_uri()])
        for scheme in ["light", "dark"]:
            for width in [1280, 390]:
                viewport = {"width": width, "height": 900}
                page, happened = opened(browser, path, viewport=viewport, color_scheme=scheme)
                name = f"{scheme}, {width} px"
                page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(WIDER)
                check(f"wider than the page, {name}", page.evaluate(WIDER))
                check(f"hard to read, {name}", page.evaluate(CONTRAST, [TEXT, LARGE_TEXT]))
                whole(page)
                if pictures:
                    picture = pictures / f"open-{scheme}-{width}.png"
                    page.screenshot(path=picture, full_page=True)
                    page.reload()
                    page.screenshot(path=pictures / f"{scheme}-{width}.png", full_page=True)
                quiet([what for what in happened if what != path.resolve().as_uri()])
        page, happened = opened(browser, path, viewport=desktop, java_script_enabled=False)
        assert page.locator("#scores tbody tr").count() > 10
        assert not page.locator("#scores-controls").is_visible()
        assert not page.locator("button").first.is_visible()
        page.emulate_media(media="print")
        assert page.locator("h1").is_visible()
        quiet(happened)
        browser.close()
    print(f"{path.name}: {path.stat().st_size} bytes, used in Chromium without a complaint")


main()
