/** Texts that were sent here and have not come into the chat yet: in order, never lost silently. */

import * as api from "./api.js";
import { TEXT } from "./texts.js";

export class Outgoing {
  /** `person` is the sender's id; `redraw` is called whenever the list has changed. */
  constructor(person, redraw) {
    this.person = person;
    this.redraw = redraw;
    this.items = [];
    this.claimed = new Set();
    this.queue = Promise.resolve();
    this.made = 0;
  }

  /** What is under way in that chat. */
  of(chat) {
    return this.items.filter((item) => item.chat === chat);
  }

  /** Send a text after all earlier ones; `newest` is the last message id the sender has seen there. */
  send(text, chat, { replyTo, newest }) {
    this.made += 1;
    const item = { key: this.made, text, chat, replyTo, newest };
    item.discard = () => { this.items = this.items.filter((other) => other !== item); this.redraw(); };
    item.retry = () => { item.problem = null; this.#post(item); this.redraw(); };
    this.items.push(item);
    this.#post(item);
    this.redraw();
  }

  /** What stands in the chat is no longer under way; it may stand there before its own request is answered. */
  settle(chat, messages) {
    this.items = this.items.filter((item) => {
      if (item.chat !== chat || item.problem) return true;
      const found = messages.find((message) => this.#same(item, message));
      if (found) this.claimed.add(`${chat}/${found.message_id}`);
      return !found;
    });
  }

  #same(item, message) {
    if (item.id) return item.id === message.message_id;
    return message.message_id > item.newest && message.from?.id === this.person && message.text === item.text.trim()
      && !this.claimed.has(`${item.chat}/${message.message_id}`);
  }

  #post(item) {
    this.queue = this.queue.then(async () => {
      try {
        const sent = await api.say(this.person, { text: item.text, chat_id: item.chat, reply_to_message_id: item.replyTo });
        item.id = sent.message_id;
      } catch (error) {
        item.problem = error instanceof api.Refused ? error.message : TEXT.noServer;
      }
      this.redraw();
    });
  }
}
