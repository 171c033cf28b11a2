// The open conversation: bubbles, times, notices, pictures, and what is still on its way.

import { get, pictureOf } from "./api.js";
import { $, avatar, button, make } from "./draw.js";
import { find, isRoom, now, store, topicOf, whoIs } from "./store.js";
import { line } from "./when.js";

const PAUSE = 5 * 60 * 1000;
const NEAR = 120;

let messages = [];
let more = false;
let pending = []; // {key, conversation, me, text, file, failed}
let actions = {}; // {again, mention}

const lines = () => $("lines");
const atBottom = () => lines().scrollHeight - lines().scrollTop - lines().clientHeight < NEAR;
const toBottom = () => (lines().scrollTop = lines().scrollHeight);

export function prepareTalk(given) {
  actions = given;
  lines().addEventListener("scroll", () => lines().scrollTop < 40 && more && older());
  $("viewer").querySelector("img").addEventListener("click", () => $("viewer").close());
}

export async function load() {
  const [me, conversation] = [store.me, store.open];
  const page = await get("/api/messages", { me, conversation });
  if (me !== store.me || conversation !== store.open) return;
  const [stick, last] = [atBottom(), page.messages.at(-1)?.id || 0];
  messages = [...page.messages, ...messages.filter((one) => one.id > last)]; // some may have come while we asked
  more = page.more;
  store.members = page.members;
  arrived(messages);
  redraw();
  if (stick) toBottom();
}

async function older() {
  const [me, conversation, before] = [store.me, store.open, messages[0].id];
  more = false; // until we know better: one question at a time
  const page = await get("/api/messages", { me, conversation, before }).catch(() => ({ messages: [], more: true }));
  if (me !== store.me || conversation !== store.open) return;
  const below = lines().scrollHeight - lines().scrollTop;
  messages = [...page.messages, ...messages];
  more = page.more;
  redraw();
  lines().scrollTop = lines().scrollHeight - below;
}

export function clear() {
  messages = [];
  lines().replaceChildren();
}

// A bubble that the server has stored. Bubbles may arrive twice or out of order.
export function add(message) {
  const stick = atBottom() || message.sender === store.me;
  arrived([message]);
  if (messages.some((one) => one.id === message.id)) return;
  const last = messages.at(-1);
  messages.push(message);
  if (last?.id > message.id) return messages.sort((a, b) => a.id - b.id), redraw();
  lines().insertBefore(item(message, last), lines().querySelector(".pending"));
  if (stick) toBottom();
}

export function wait(entry) {
  pending.push(entry);
  lines().append(waiting(entry));
  toBottom();
}

export function mark(entry, failed) {
  entry.failed = failed;
  elementsOf(new Set([entry.key])).forEach((one) => one.replaceWith(waiting(entry)));
}

export const unsent = () => pending.filter((one) => one.failed && one.me === store.me);
export const newest = () => messages.at(-1)?.id || 0;
export const hasWritten = () => messages.some((one) => one.sender === store.me) || here().length > 0;

const here = () => pending.filter((one) => one.conversation === store.open && one.me === store.me);

const elementsOf = (keys) => [...lines().querySelectorAll(".pending")].filter((one) => keys.has(one.dataset.key));

// What the server has stored is no longer on its way.
export function arrived(stored) {
  const keys = new Set(stored.map((one) => one.key));
  pending = pending.filter((one) => !keys.has(one.key));
  elementsOf(keys).forEach((one) => one.remove());
}

export function redraw() {
  const shown = messages.map((message, place) => item(message, messages[place - 1]));
  lines().replaceChildren(...shown, ...here().map(waiting));
}

export function drawHead() {
  const people = isRoom(store.open) && store.members.length ? `（${store.members.length + 1}）` : "";
  $("topic").textContent = topicOf(find(store.open)) + people;
}

function item(message, before) {
  const pause = !before || message.at - before.at > PAUSE;
  const time = pause ? make("p", "when", line(message.at, now())) : null;
  if (!message.sender) return make("div", "item", time, make("p", "notice", message.text));
  const mine = message.sender === store.me;
  const content = [message.picture ? picture(message) : null, message.text ? bubble(message.text) : null];
  return make("div", "item", time, side(mine, whoIs(message.sender), content));
}

function waiting(entry) {
  const content = [bubble(entry.text || "正在发送图片…")];
  if (entry.failed) content.push(button("again", () => actions.again(entry), "没有送达，点这里重发"));
  const element = make("div", "item pending", side(true, whoIs(entry.me), content));
  element.dataset.key = entry.key;
  return element;
}

function side(mine, who, content) {
  const called = !mine && isRoom(store.open);
  const face = called ? button("face", () => actions.mention(who), avatar(who)) : avatar(who);
  if (called) face.setAttribute("aria-label", `@${who.name}`);
  const name = make("span", called ? "name" : "name unseen", mine ? "我" : who.name);
  return make("div", mine ? "said mine" : "said", face, make("div", "content", name, ...content));
}

function bubble(text) {
  const element = make("div", "bubble", text);
  element.dir = "auto";
  return element;
}

function picture(message) {
  const image = make("img", "picture");
  image.alt = "图片，点击放大";
  image.src = pictureOf(message, store.me);
  const stick = atBottom();
  image.addEventListener("load", () => stick && toBottom());
  const enlarge = () => (($("viewer").querySelector("img").src = image.src), $("viewer").showModal());
  return button("picture-button", enlarge, image);
}
