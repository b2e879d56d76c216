// What can be said of a file before it is sent.

export function sizeInWords(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  if (bytes === 1) return "1 byte";
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

// Why the file cannot be imported, or "". `kinds` are endings, `names` those chosen before.
export function fault(file, { kinds, mostBytes, names }) {
  const name = file.name.toLowerCase();
  if (!kinds.some((kind) => name.endsWith(kind.toLowerCase()))) {
    const shown = kinds.filter((kind) => kind === kind.toLowerCase());
    return `The file's name must end in one of ${shown.join(", ")}.`;
  }
  if (file.size === 0) return "The file is empty. Choose another one.";
  if (file.size > mostBytes) {
    return `The file has more than ${sizeInWords(mostBytes)}. Put it into the bucket directly, or split it.`;
  }
  if (names.includes(file.name)) {
    return "A file of this name is in the list already. Rename one of them if both are meant.";
  }
  return "";
}
