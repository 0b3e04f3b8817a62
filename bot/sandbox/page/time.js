/** Tells the time of the sandbox, in the zone the programme lives in. */

import { TEXT } from "./texts.js";

const ZONE = "Asia/Ho_Chi_Minh";
const HOUR = new Intl.DateTimeFormat("vi-VN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const SPOKEN = new Intl.DateTimeFormat("vi-VN", { timeZone: ZONE, weekday: "long", day: "numeric", month: "numeric", year: "numeric" });
const SECONDS_A_DAY = 86_400;

let ahead = 0;
let shifted = 0;

/** Follow what GET /phone/clock said. */
export function setClock({ now, offset_seconds: offset }) {
  ahead = Date.parse(now) - Date.now();
  shifted = offset || 0;
}

/** The sandbox's present moment, in Unix seconds. */
export function nowSeconds() {
  return Math.floor((Date.now() + ahead) / 1000);
}

/** How far the sandbox clock was moved: whole days and hours, or null when it was not. */
export function shift() {
  const hours = Math.round(Math.abs(shifted) / 3600);
  if (!hours) return null;
  const sign = shifted < 0 ? "−" : "+";
  const days = Math.floor(hours / 24);
  return TEXT.clockShift(days && `${sign}${days}`, hours % 24 && `${days ? "" : sign}${hours % 24}`);
}

export const hourOf = (seconds) => HOUR.format(seconds * 1000);
export const dayOf = (seconds) => DAY.format(seconds * 1000);
export const spokenDay = (seconds) => SPOKEN.format(seconds * 1000);

/** The words on a day separator. */
export function dayName(seconds) {
  const day = dayOf(seconds);
  if (day === dayOf(nowSeconds())) return TEXT.today;
  if (day === dayOf(nowSeconds() - SECONDS_A_DAY)) return TEXT.yesterday;
  return spokenDay(seconds);
}
