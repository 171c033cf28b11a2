// Brings the parts together: who one is, what is open, what the server tells.

import { get, Link, newKey, post, upload } from "./api.js";
import { mention, offer, prepareCompose, showDraft } from "./compose.js";
import { $, dialog, toast } from "./draw.js";
import { drawList } from "./list.js";
import { drawMe, preparePeople } from "./people.js";
import { find, isRoom, now, setClock, store, take, whoIs } from "./store.js";
import * as talk from "./talk.js";
import { full } from "./when.js";

const LARGEST = 5 * 1024 * 1024;
const HAS_KEYBOARD = matchMedia("(hover: hover)").matches;
const steps = document.querySelectorAll("[data-step]");
const address = new URL(location.href);
const link = new Link(noted, linked);

const wanted = () => location.hash.slice(1);

async function refresh() {
  const [me, known] = [store.me, store.people.size];
  const state = await get("/api/state", { me });
  if (me !== store.me) return;
  take(state);
  if (store.open && !document.hidden) (find(store.open) || {}).unread = 0;
  if (known !== store.people.size) talk.redraw();
  drawMe();
  drawClock();
  drawList(open);
}

const failed = (error) => toast(error.message); // undefined: not done

let soon;
function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => refresh().catch(() => {}), 120);
}

async function become(me) {
  const before = store.me;
  store.me = me;
  if (!(await refresh().then(() => true, failed))) return void (store.me = before);
  localStorage.setItem("me", store.me);
  address.searchParams.set("me", store.me);
  address.searchParams.delete("token");
  history.replaceState(null, "", address.pathname + address.search + location.hash);
  link.open(store.me);
  await show(find(wanted()) ? wanted() : null);
}

// The hash says which conversation is open, so that reload and the phone's back key do what one expects.
function open(conversation) {
  location.hash = conversation;
}

async function show(conversation) {
  store.open = conversation;
  store.members = [];
  $("frame").dataset.open = conversation ? "yes" : "no";
  talk.clear();
  drawList(open);
  if (!conversation) return;
  talk.drawHead();
  showDraft();
  if (HAS_KEYBOARD) $("input").focus();
  await catchUp();
}

async function catchUp() {
  if (!store.open || !(await talk.load().then(() => true, failed))) return;
  talk.drawHead();
  drawChips();
  if ($("input") === document.activeElement) offer();
  markSeen();
}

function drawChips() {
  $("chips").hidden = !store.open || isRoom(store.open) || talk.hasWritten();
}

async function markSeen() {
  const conversation = find(store.open);
  if (!conversation || document.hidden || !talk.newest()) return;
  conversation.unread = 0;
  drawList(open);
  await post("/api/seen", { me: store.me, conversation: store.open, last: talk.newest() }).catch(() => {});
}

// --- what the server tells ---

function noted(note) {
  if (note.type === "message" && note.conversation === store.open) {
    talk.add(note.message);
    drawChips();
    markSeen().then(refreshSoon);
  } else refreshSoon();
  if (note.type === "clock") setClock(note.now), drawClock(), talk.redraw();
  if (note.type === "people" && store.open) catchUp();
}

// Whatever came while nobody listened is fetched, and what could not go out goes now.
function linked(up) {
  $("offline").textContent = up ? "" : "连接断开了，正在重新连接…";
  $("offline").hidden = up;
  if (up) refresh().then(catchUp).then(() => talk.unsent().forEach(deliver)).catch(() => {});
}

// --- writing ---

function say(text, file = null) {
  const entry = { key: newKey(), conversation: store.open, me: store.me, text, file, failed: false };
  talk.wait(entry);
  drawChips();
  deliver(entry);
}

async function deliver(entry) {
  const { me, conversation, text, key, file } = entry;
  talk.mark(entry, false);
  try {
    const stored = await (file
      ? upload("/api/image", { me, conversation, key }, file)
      : post("/api/text", { me, conversation, text, key }));
    talk.arrived([stored]);
    if (store.me === me && store.open === conversation) talk.add(stored);
  } catch (error) {
    talk.mark(entry, true);
    toast(error.message);
  }
}

const showFile = (file) => (file.size > LARGEST ? toast("图片太大了，请发 5 MB 以内的") : say("", file));

// --- the clock strip ---

function drawClock() {
  $("now").textContent = full(now());
}

async function move(step) {
  busy(true);
  try {
    const moved = await post("/api/clock", { step });
    setClock(moved.now);
    toast(moved.nothing ? "接下来没有安排" : `到了 ${full(moved.now)}，${moved.sent ? `${whoIs("bot").name}发出 ${moved.sent} 条消息` : "没有新消息"}`);
  } catch (error) {
    toast(error.message);
  } finally {
    busy(false);
    drawClock();
  }
}

function busy(now) {
  $("clock").setAttribute("aria-busy", String(now));
  for (const one of steps) one.disabled = now;
}

// --- start ---

talk.prepareTalk({ again: deliver, mention });
prepareCompose((text) => say(text), showFile);
preparePeople(become);
dialog("viewer");
$("back").addEventListener("click", () => (location.hash = ""));
$("chips").addEventListener("click", (event) => event.target.matches("button") && say(event.target.textContent));
for (const one of steps) one.addEventListener("click", () => move(one.dataset.step));
addEventListener("hashchange", () => show(find(wanted()) ? wanted() : null));
document.addEventListener("visibilitychange", markSeen);
setInterval(drawClock, 5000);
become(address.searchParams.get("me") || localStorage.getItem("me") || "");
