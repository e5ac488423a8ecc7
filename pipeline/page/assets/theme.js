"use strict";
try {
  const theme = localStorage.getItem("page-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (error) { /* Without a memory the system's theme is shown. */ }
