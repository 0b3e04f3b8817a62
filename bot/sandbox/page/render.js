/** Draws one message, or one album, as a bubble with everything that hangs on it. */

import { el, icon } from "./dom.js";
import { richText } from "./entities.js";
import { attachments } from "./media.js";
import { TEXT } from "./texts.js";
import { hourOf } from "./time.js";

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,16}$/u;
const HAS_PICTURE = /\p{Extended_Pictographic}/u;
const EXCERPT = 120;

/** What to call whoever sent a message. */
export function senderName(message) {
  const sender = message.from ?? {};
  return [sender.first_name, sender.last_name].filter(Boolean).join(" ") || message.sender_chat?.title || TEXT.bot;
}

/** A line that stands for a message in quotes and announcements. */
export function excerpt(message) {
  const words = message.text ?? message.caption ?? kindName(message);
  return words.length > EXCERPT ? `${words.slice(0, EXCERPT)}…` : words;
}

function kindName(message) {
  const kinds = ["photo", "video", "animation", "voice", "audio", "document", "sticker", "location", "contact",
    "poll", "dice", "story"];
  const kind = kinds.find((name) => name in message);
  return kind ? TEXT[kind] : TEXT.unknown;
}

/** The words of a service message, or null when the message is an ordinary one. */
export function serviceWords(message) {
  const names = (people) => people.map((person) => person.first_name).join(", ");
  if (message.new_chat_members) return TEXT.joined(names(message.new_chat_members));
  if (message.left_chat_member) return TEXT.left(message.left_chat_member.first_name);
  if (message.group_chat_created || message.supergroup_chat_created) return TEXT.groupMade;
  if (message.pinned_message) return TEXT.pinned;
  return null;
}

/**
 * A bubble for the messages of one row: several only for an album.
 *
 * `view`: { own, named, busy(message, data) }; `act`: command, link, press, copy, edit, menu, quote, photo.
 */
export function bubble(messages, view, act) {
  const first = messages[0];
  const said = messages.find((message) => message.text ?? message.caption) ?? first;
  const body = el("div", { class: `bubble${bareClass(first)}` });
  if (view.named) body.append(el("p", { class: "sender" }, senderName(first)));
  if (first.forward_origin) body.append(el("p", { class: "forwarded" }, icon("reply"), forwardedFrom(first)));
  if (first.reply_to_message) body.append(quote(first.reply_to_message, act));
  body.append(...attachments(messages, act));
  const text = said.text ?? said.caption;
  if (text) body.append(words(text, said.entities ?? said.caption_entities, act));
  body.append(stamp(messages, view));
  const row = el("div", { class: "message" }, body);
  const keyboard = first.reply_markup?.inline_keyboard;
  if (keyboard) row.append(keys(first, keyboard, view, act));
  row.append(tools(said, view, act));
  return row;
}

function bareClass(message) {
  if (message.sticker || message.dice || message.video_note) return " bare";
  const text = message.text ?? "";
  if (!text || !ONLY_EMOJI.test(text) || !HAS_PICTURE.test(text)) return "";
  return message.reply_to_message || message.reply_markup ? "" : " bare huge";
}

function forwardedFrom(message) {
  const origin = message.forward_origin;
  return origin.sender_user?.first_name ?? origin.sender_user_name ?? origin.chat?.title ?? TEXT.bot;
}

function words(text, entities, act) {
  return el("div", { class: "words" }, richText(text, entities, act));
}

function quote(message, act) {
  return el("button", { type: "button", class: "quote", onclick: () => act.quote(message.message_id) },
    el("b", {}, senderName(message)), el("span", {}, excerpt(message)));
}

function stamp(messages, view) {
  const last = messages.at(-1);
  const edited = messages.some((message) => message.edit_date);
  const when = new Date(last.date * 1000).toISOString();
  const mark = view.pending ? icon("clock") : icon("check");
  return el("p", { class: "stamp" }, edited && el("span", {}, `${TEXT.edited} `),
    el("time", { datetime: when }, hourOf(last.date)), view.own && mark,
    view.own && el("span", { class: "unseen" }, view.pending ? TEXT.sending : TEXT.sent));
}

function keys(message, keyboard, view, act) {
  const board = el("div", { class: "keys" });
  for (const row of keyboard) {
    board.append(el("div", { class: "keys-row" }, ...row.map((button) => key(message, button, view, act))));
  }
  return board;
}

function key(message, button, view, act) {
  const style = ["primary", "success", "danger"].includes(button.style) ? ` ${button.style}` : "";
  const label = el("span", { class: "key-words" }, button.text);
  if (button.url) {
    const address = /^[a-z][a-z0-9+.-]*:/iu.test(button.url) ? button.url : `https://${button.url}`;
    const open = (event) => { if (act.link(address)) event.preventDefault(); };
    const safe = /^(https?|tg):/iu.test(address) ? address : undefined;
    return el("a", { class: `key${style}`, href: safe, target: "_blank", rel: "noopener noreferrer", title: button.url,
      onclick: open }, label, icon("open"), el("span", { class: "unseen" }, TEXT.opensLink));
  }
  if (button.callback_data !== undefined) {
    const press = () => act.press(message, button.callback_data);
    const made = el("button", { type: "button", class: `key${style}`, title: button.text, onclick: press,
      "data-data": button.callback_data }, label, el("span", { class: "spinner", "aria-hidden": "true" }));
    setBusy(made, view.busy(message.message_id, button.callback_data));
    return made;
  }
  const other = () => (button.copy_text ? act.copy(button.copy_text.text) : act.cannot());
  return el("button", { type: "button", class: `key${style}`, onclick: other }, label, button.copy_text && icon("copy"));
}

/** Show or hide the spinner of a button. */
export function setBusy(button, busy) {
  button.classList.toggle("busy", busy);
  button.setAttribute("aria-busy", String(busy));
}

/** Whether its author may change the words of this message. */
export function editable(message, own) {
  return own && !message.forward_origin && (message.text ?? message.caption) !== undefined;
}

function tools(message, view, act) {
  const bar = el("div", { class: "tools" });
  if (view.pending) return bar;
  if (editable(message, view.own)) {
    bar.append(el("button", { type: "button", class: "round small", "aria-label": TEXT.edit, title: TEXT.edit,
      onclick: () => act.edit(message) }, icon("pencil")));
  }
  bar.append(el("button", { type: "button", class: "round small", "aria-label": TEXT.messageMenu, "aria-haspopup": "menu",
    title: TEXT.messageMenu, onclick: (event) => act.menu(message, event.currentTarget) }, icon("more")));
  return bar;
}
