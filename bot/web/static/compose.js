// The line one writes in: Enter sends, Shift+Enter breaks the line, @ offers the people of the room.

import { $, avatar, make } from "./draw.js";
import { isRoom, store, whoIs } from "./store.js";

const MOST_OFFERED = 8;
const TALLEST = 160;
const drafts = new Map();

let offered = [];
let chosen = 0;
let send = () => {};

const input = () => $("input");
const draftKey = () => `${store.me} ${store.open}`;

export function prepareCompose(onText, onFile) {
  send = onText;
  input().addEventListener("input", changed);
  input().addEventListener("keydown", pressed);
  input().addEventListener("blur", () => setTimeout(close, 150));
  input().addEventListener("paste", (event) => pasted(event, onFile));
  $("compose").addEventListener("submit", (event) => (event.preventDefault(), submit()));
  $("file").addEventListener("change", () => {
    for (const file of $("file").files) onFile(file);
    $("file").value = "";
  });
}

export function showDraft() {
  input().value = drafts.get(draftKey()) || "";
  input().placeholder = isRoom(store.open) ? `@${whoIs("bot").name} 提问，或和大家聊聊` : "想问什么，直接写";
  close();
  fit();
}

export function mention(who) {
  const [before, after] = around();
  write(`${before}@${who.name} `, after);
}

function submit() {
  const text = input().value.trim();
  if (!text) return;
  send(text);
  write("", "");
  input().focus();
}

function pressed(event) {
  if (event.isComposing || event.keyCode === 229) return; // an input method is choosing characters
  if (offered.length && choose(event)) return event.preventDefault();
  if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), submit();
}

function pasted(event, onFile) {
  const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
  if (file) event.preventDefault(), onFile(file);
}

function changed() {
  drafts.set(draftKey(), input().value);
  fit();
  offer();
}

function fit() {
  $("send").disabled = !input().value.trim();
  input().style.height = "auto";
  input().style.height = `${Math.min(input().scrollHeight + 2, TALLEST)}px`;
}

const around = () => [input().value.slice(0, input().selectionStart), input().value.slice(input().selectionEnd)];

function write(before, after) {
  input().value = before + after;
  input().focus();
  input().setSelectionRange(before.length, before.length);
  close();
  changed();
}

// --- @ ---

export function offer() {
  const typed = /[@＠]([^@＠\s]{0,12})$/.exec(around()[0]);
  if (!typed || !isRoom(store.open)) return close();
  const others = ["bot", ...store.members].filter((id) => id !== store.me).map(whoIs);
  offered = others.filter((who) => who.name.includes(typed[1])).slice(0, MOST_OFFERED);
  if (offered.length === 1 && offered[0].name === typed[1]) offered = [];
  chosen = 0;
  drawOffer();
}

function close() {
  offered = [];
  drawOffer();
}

function drawOffer() {
  const list = $("mentions");
  list.hidden = !offered.length;
  list.replaceChildren(...offered.map((who, place) => {
    const option = make("li", "", avatar(who, "small"), who.name, make("small", "", who.role));
    option.id = `mention-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(place === chosen));
    option.addEventListener("mousedown", (event) => (event.preventDefault(), pick(who)));
    return option;
  }));
  input().setAttribute("aria-activedescendant", offered.length ? `mention-${chosen}` : "");
}

function choose(event) {
  if (event.key === "Escape") return close(), true;
  if (event.key === "Enter" || event.key === "Tab") return pick(offered[chosen]), true;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] || 0;
  chosen = (chosen + step + offered.length) % offered.length;
  if (step) drawOffer();
  return step !== 0;
}

function pick(who) {
  const [before, after] = around();
  write(`${before.replace(/[@＠][^@＠]*$/, "")}@${who.name} `, after);
}
