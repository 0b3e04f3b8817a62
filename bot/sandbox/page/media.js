/** Draws what a message carries besides words: pictures, files, sounds, places, people. */

import { fileAddress } from "./api.js";
import { el, icon } from "./dom.js";
import { TEXT } from "./texts.js";

const UNITS = ["B", "KB", "MB", "GB"];

/** Bytes as people read them: 820 B, 34 KB, 1,4 MB. */
export function sizeWords(bytes) {
  let left = bytes;
  let unit = 0;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${left.toLocaleString("vi-VN", { maximumFractionDigits: left < 10 && unit > 1 ? 1 : 0 })} ${UNITS[unit]}`;
}

/** The elements for all attachments of a row; an album of photos becomes a grid. */
export function attachments(messages, act) {
  const photos = messages.filter((message) => message.photo?.length);
  const drawn = photos.length ? [grid(photos, act)] : [];
  for (const message of messages) {
    if (!message.photo?.length) drawn.push(...other(message));
  }
  return drawn;
}

function grid(messages, act) {
  const box = el("div", { class: "photos", "data-count": Math.min(messages.length, 10) });
  messages.forEach((message, index) => {
    const largest = message.photo.at(-1);
    const image = el("img", { src: fileAddress(largest.file_id), alt: message.caption ?? TEXT.photo, loading: "lazy",
      width: largest.width, height: largest.height });
    const show = () => act.photo(messages.map((one) => one.photo.at(-1)), index);
    const tile = el("button", { type: "button", class: "photo", onclick: show }, image);
    if (messages.length === 1 && largest.width && largest.height) shape(tile, largest);
    image.addEventListener("error", () => tile.replaceChildren(lost()), { once: true });
    box.append(tile);
  });
  return box;
}

/** Keep the place of a picture before it has come; very tall or wide ones are cropped in the bubble. */
function shape(tile, { width, height }) {
  tile.style.aspectRatio = String(Math.min(Math.max(width / height, 0.66), 2.4));
}

function lost() {
  return el("span", { class: "lost" }, icon("photo"), TEXT.photoLost);
}

function other(message) {
  if (message.animation) return [film(message.animation, TEXT.animation)];
  if (message.video) return [film(message.video, TEXT.video)];
  if (message.video_note) return [el("video", { class: "note", src: fileAddress(message.video_note.file_id), controls: true,
    preload: "metadata", "aria-label": TEXT.video })];
  if (message.document) return [paper(message.document)];
  if (message.voice) return [sound(message.voice, TEXT.voice)];
  if (message.audio) return [sound(message.audio, message.audio.title ?? message.audio.file_name ?? TEXT.audio)];
  if (message.sticker) return [el("p", { class: "sticker", role: "img", "aria-label": TEXT.sticker }, message.sticker.emoji ?? "🖼️")];
  if (message.dice) return [el("p", { class: "sticker" }, message.dice.emoji, el("small", {}, String(message.dice.value)))];
  if (message.venue) return [fact("place", message.venue.title, message.venue.address)];
  if (message.location) return [fact("place", TEXT.location, placeWords(message.location))];
  if (message.contact) return [fact("person", contactName(message.contact), message.contact.phone_number)];
  if (message.poll) return [poll(message.poll)];
  if (message.story) return [fact("story", TEXT.story, "")];
  if (message.text === undefined && message.caption === undefined) return [fact("warn", TEXT.unknown, "")];
  return [];
}

function film(file, name) {
  return el("video", { class: "film", src: fileAddress(file.file_id), controls: true, preload: "metadata", "aria-label": name });
}

function sound(file, name) {
  return el("div", { class: "sound" }, el("p", { class: "sound-name" }, icon("mic"), name),
    el("audio", { src: fileAddress(file.file_id), controls: true, preload: "none", "aria-label": name }));
}

function paper(file) {
  const name = file.file_name ?? TEXT.document;
  const ending = /\.([A-Za-z0-9]{1,5})$/u.exec(name)?.[1]?.toLowerCase() ?? "";
  return el("a", { class: "paper", href: fileAddress(file.file_id), download: name, "aria-label": TEXT.download(name) },
    el("span", { class: "paper-sign", "data-ending": ending }, ending || icon("doc")),
    el("span", { class: "paper-words" }, el("b", {}, name),
      el("small", {}, file.file_size === undefined ? "" : sizeWords(file.file_size))),
    icon("weight"));
}

function fact(sign, title, detail) {
  return el("div", { class: "fact" }, el("span", { class: "fact-sign" }, icon(sign)),
    el("p", {}, el("b", {}, title), detail && el("small", {}, detail)));
}

const placeWords = ({ latitude, longitude }) => `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
const contactName = (contact) => [contact.first_name, contact.last_name].filter(Boolean).join(" ");

function poll({ question, options }) {
  return el("div", { class: "poll" }, el("p", {}, icon("poll"), el("b", {}, question)),
    el("ul", {}, ...(options ?? []).map((option) => el("li", {}, option.text))));
}
