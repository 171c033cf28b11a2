// The list of chats: newest first, the assistant always on top.

import { $, avatar, make } from "./draw.js";
import { isRoom, now, store, topicOf, whoIs } from "./store.js";
import { short } from "./when.js";

const rows = new Map();

export function drawList(onOpen) {
  const list = $("list");
  const wanted = [...store.conversations].sort(byTime);
  const focused = document.activeElement;
  const ids = wanted.map((one) => one.id);
  for (const [id, row] of rows) if (!ids.includes(id)) rows.delete(id), row.remove();
  wanted.forEach((one, place) => {
    const row = rows.get(one.id) || newRow(one, onOpen);
    fill(row, one);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] || null);
  });
  if (focused?.closest?.("#list")) focused.focus();
  const unread = wanted.reduce((sum, one) => sum + one.unread, 0);
  document.title = (unread ? `(${unread}) ` : "") + document.body.dataset.community;
  $("back-count").textContent = unread ? `（${unread}）` : "";
}

function byTime(a, b) {
  if (isRoom(a.id) !== isRoom(b.id)) return isRoom(a.id) ? 1 : -1;
  return (b.last?.id || 0) - (a.last?.id || 0);
}

function newRow(one, onOpen) {
  const face = isRoom(one.id) ? avatar({ name: one.topic, tint: one.tint }, "room") : avatar(whoIs("bot"));
  const open = make("button", "row", face,
    make("span", "row-text", make("span", "row-topic"), make("time", "row-time"), make("span", "row-last"), make("span", "badge")));
  open.type = "button";
  open.addEventListener("click", () => onOpen(one.id));
  const row = make("li", "", open);
  row.dataset.conversation = one.id;
  rows.set(one.id, row);
  return row;
}

function fill(row, one) {
  const part = (name) => row.querySelector(`.${name}`);
  part("row").setAttribute("aria-current", one.id === store.open ? "true" : "false");
  part("row-topic").textContent = topicOf(one);
  part("row-time").textContent = one.last ? short(one.last.at, now()) : "";
  part("row-last").replaceChildren(...lastLine(one));
  const badge = part("badge");
  badge.textContent = one.unread > 99 ? "99+" : one.unread || "";
  badge.hidden = !one.unread;
  badge.setAttribute("aria-label", `${one.unread} 条未读`);
}

function lastLine(one) {
  if (!one.last) return [isRoom(one.id) ? "" : "有什么想问的，直接说"];
  const { sender, text, picture } = one.last;
  const named = isRoom(one.id) && sender && sender !== store.me ? `${whoIs(sender).name}：` : "";
  const called = one.called && one.unread ? [make("span", "called", "[有人@我] ")] : [];
  return [...called, named + (text || (picture ? "[图片]" : ""))];
}
