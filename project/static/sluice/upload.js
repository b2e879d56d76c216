// Drag and drop, checks before sending, and a progress bar. Without this file the form is a plain
// form post.
"use strict";

function sizeInWords(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

function enhance(form) {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const drop = part("drop");
  const input = form.querySelector("input[type=file]");
  const error = part("upload-error");
  const progress = part("upload-progress");
  const send = part("upload-send");

  function fault(file) {
    const kinds = input.accept.split(",");
    if (!kinds.some((kind) => file.name.toLowerCase().endsWith(kind.toLowerCase()))) {
      const shown = kinds.filter((kind) => kind === kind.toLowerCase());
      return `The file's name must end in one of ${shown.join(", ")}.`;
    }
    if (file.size === 0) return "The file is empty.";
    const most = Number(form.dataset.maxBytes);
    if (file.size > most) {
      return `The file has more than ${sizeInWords(most)}. Put it into the bucket directly, or split it.`;
    }
    return "";
  }

  function say(sentence) {
    error.textContent = sentence;
    drop.classList.toggle("drop-bad", sentence !== "");
  }

  function chosen() {
    const file = input.files[0];
    if (!file) return;
    part("drop-hint").textContent = sizeInWords(file.size);
    say(fault(file));
  }

  function busy(isBusy) {
    progress.hidden = !isBusy;
    send.disabled = isBusy;
  }

  function answered(request) {
    // The browser followed the redirect to the page of the import, or to the login.
    if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
      window.location.assign(request.responseURL);
      return;
    }
    busy(false);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const answer = page.querySelector("[data-upload-error]");
    say(
      (answer && answer.textContent.trim()) ||
        `The server answered ${request.status} and did not take the file. Try again in a moment.`,
    );
  }

  function upload() {
    const request = new XMLHttpRequest();
    const bar = progress.querySelector("progress");
    const said = part("upload-said");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      said.textContent =
        event.loaded < event.total
          ? `${sizeInWords(event.loaded)} of ${sizeInWords(event.total)}`
          : "Starting the import";
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => {
      busy(false);
      say("The connection broke off before the file had arrived. Nothing was imported; try again.");
    });
    request.addEventListener("abort", () => {
      busy(false);
      say("Stopped. Nothing was imported.");
    });
    part("upload-cancel").onclick = () => request.abort();
    bar.value = 0;
    say("");
    busy(true);
    request.open("POST", form.action);
    request.send(new FormData(form));
  }

  // unfold's script would look for the text input that its own file inputs have beside them.
  input.hasChangeListener = true;
  part("drop-hint").textContent += " You can drop it here.";
  input.addEventListener("change", chosen);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("drop-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 1) {
      say("One file at a time, please.");
    } else if (event.dataTransfer.files.length === 1) {
      input.files = event.dataTransfer.files;
      chosen();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = input.files[0];
    const sentence = file ? fault(file) : "Choose a file.";
    say(sentence);
    if (!sentence) upload();
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) enhance(form);
