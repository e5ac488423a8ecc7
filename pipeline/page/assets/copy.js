{
  const status = document.querySelector("[data-copy-status]");
  const byHand = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.readOnly = true;
    area.className = "offscreen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      return byHand(text);
    }
  };
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    const label = [...button.childNodes];
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(source.textContent);
      button.focus();
      button.textContent = done ? "Copied" : "Not copied: select the text";
      if (!done) {
        const folded = source.closest("details");
        if (folded) folded.open = true;
      }
      if (status) status.textContent = done ? "Copied to the clipboard" : "The text was not copied";
      setTimeout(() => {
        button.replaceChildren(...label);
        if (status) status.textContent = "";
      }, 2500);
    });
  }
}
