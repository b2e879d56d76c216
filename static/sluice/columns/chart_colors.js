// The colour of a group: of its name alone, so that it is the same on all charts, whatever is
// filtered.

const HUES = 360;
const CHROMA = 0.14;

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, with its bits mixed as MurmurHash3 does at
 *  the end: names that differ in a digit get colours that differ. */
function hash(text) {
  let found = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    found = Math.imul(found ^ byte, 0x01000193);
  }
  found = Math.imul(found ^ (found >>> 16), 0x85ebca6b);
  found = Math.imul(found ^ (found >>> 13), 0xc2b2ae35);
  return (found ^ (found >>> 16)) >>> 0;
}

/** With so much of it that it can be seen on the surface of the theme. */
export function colorOf(name, lightness) {
  return `oklch(${lightness} ${CHROMA} ${hash(name) % HUES})`;
}

/** A square in the colour of a group; the theme's lightness is in the style sheet. */
export function swatch(name) {
  const made = document.createElement("span");
  made.className = "swatch swatch-group";
  made.style.setProperty("--hue", hash(name) % HUES);
  return made;
}
