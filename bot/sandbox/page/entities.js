/** Draws a text with its Bot API entities; offsets are UTF-16 units, which is how JavaScript counts. */

import { el } from "./dom.js";
import { TEXT } from "./texts.js";

const SAFE_LINK = /^(https?|tg|mailto|tel):/iu;
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:/iu;
const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote" };

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** A fragment; `act.command(text)` and `act.link(address)` are called when somebody taps them. */
export function richText(text, entities, act) {
  const queue = (entities ?? [])
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .filter((entity) => entity.offset >= 0 && entity.offset < entity.end);
  return weave(text, 0, text.length, queue, act);
}

function inOrder(first, second) {
  return first.offset - second.offset || second.end - first.end;
}

function weave(text, from, to, queue, act) {
  const woven = document.createDocumentFragment();
  let at = from;
  const waiting = queue.sort(inOrder);
  while (waiting.length) {
    const entity = waiting.shift();
    const inner = [];
    while (waiting.length && waiting[0].offset < entity.end) {
      const next = waiting.shift();
      inner.push({ ...next, end: Math.min(next.end, entity.end) });
      // What sticks out of its neighbour is drawn again after it.
      if (next.end > entity.end) waiting.unshift({ ...next, offset: entity.end });
      waiting.sort(inOrder);
    }
    woven.append(text.slice(at, Math.max(at, entity.offset)));
    const children = weave(text, entity.offset, entity.end, inner, act);
    woven.append(wrap(entity, text.slice(entity.offset, entity.end), children, act));
    at = entity.end;
    // A block ends its own line: the line break that follows it is not another one.
    if (BLOCKS.has(entity.type) && text[at] === "\n" && at < to) at += 1;
  }
  woven.append(text.slice(at, to));
  return woven;
}

function wrap(entity, raw, children, act) {
  switch (entity.type) {
    case "url": return link(HAS_SCHEME.test(raw) ? raw : `https://${raw}`, children, act);
    case "text_link": return link(entity.url ?? "", children, act);
    case "email": return link(`mailto:${raw}`, children, act);
    case "phone_number": return link(`tel:${raw.replace(/[^+\d]/gu, "")}`, children, act);
    case "bot_command":
      return el("button", { type: "button", class: "command", onclick: () => act.command(raw) }, children);
    case "spoiler": return spoiler(children);
    case "mention": case "text_mention": case "hashtag": case "cashtag":
      return el("span", { class: "marked" }, children);
    default:
      return PLAIN[entity.type] ? el(PLAIN[entity.type], {}, children) : children;
  }
}

function link(address, children, act) {
  if (!SAFE_LINK.test(address)) return el("span", { class: "marked" }, children);
  const open = (event) => { if (act.link(address)) event.preventDefault(); };
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", onclick: open }, children);
}

function spoiler(children) {
  const show = (event) => event.currentTarget.classList.add("shown");
  return el("button", { type: "button", class: "spoiler", "aria-label": TEXT.spoiler, onclick: show }, children);
}

/** The start code of a link to this bot, or null: t.me/BOT?start=CODE and tg://resolve?domain=BOT&start=CODE. */
export function startCode(address, bot) {
  let parsed;
  try {
    parsed = new URL(HAS_SCHEME.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
  const host = parsed.hostname.toLowerCase();
  const named = parsed.protocol === "tg:" ? parsed.searchParams.get("domain") : parsed.pathname.replaceAll("/", "");
  const home = parsed.protocol === "tg:" || host === "t.me" || host === "telegram.me";
  if (!home || (bot && named?.toLowerCase() !== bot.toLowerCase())) return null;
  return parsed.searchParams.get("start");
}
