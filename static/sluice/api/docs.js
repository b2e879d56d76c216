// Swagger UI in the dark where the other pages are: as chosen in their menu, or as the system is.

const chosen = JSON.parse(localStorage.getItem("adminTheme") ?? '"auto"');
const system = window.matchMedia("(prefers-color-scheme: dark)");

function follow() {
  const isDark = chosen === "dark" || (chosen === "auto" && system.matches);
  document.documentElement.classList.toggle("dark", isDark);
  document.documentElement.classList.toggle("dark-mode", isDark); // Swagger UI's own name for it
}

system.addEventListener("change", follow);
follow();
