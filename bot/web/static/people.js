// "您是": whom one can be, and a new person.

import { post } from "./api.js";
import { $, avatar, button, dialog, make } from "./draw.js";
import { self, store } from "./store.js";

const GROUPS = [["患者与家长", false], ["工作人员", true]];

export function preparePeople(onSwitch) {
  const [people, newcomer] = [dialog("people"), dialog("newcomer")];
  $("me").addEventListener("click", () => (drawPeople(onSwitch), people.showModal()));
  $("add").addEventListener("click", () => (people.close(), fillForm(), newcomer.showModal()));
  $("newcomer-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = await addPerson(event.target);
    if (id) newcomer.close(), onSwitch(id);
  });
}

export function drawMe() {
  const me = self();
  $("me-avatar").replaceChildren(avatar(me, "small"));
  $("me-name").textContent = store.me ? me.name : "请选择";
  $("me-role").textContent = me.role;
}

function drawPeople(onSwitch) {
  $("people-list").replaceChildren(...GROUPS.flatMap(([title, staff]) => {
    const people = [...store.people.values()].filter((one) => one.staff === staff);
    return people.length ? [make("h3", "", title), ...people.map((one) => choice(one, onSwitch))] : [];
  }));
}

function choice(one, onSwitch) {
  const pick = () => ($("people").close(), onSwitch(one.id));
  const element = button("person", pick, avatar(one), make("span", "person-name", one.name), make("span", "person-role", one.role));
  element.setAttribute("aria-pressed", String(one.id === store.me));
  return element;
}

function fillForm() {
  const form = $("newcomer-form");
  form.reset();
  $("newcomer-wrong").textContent = "";
  const rooms = store.rooms.map((room) => new Option(room.topic, room.id));
  form.elements.room.replaceChildren(...rooms);
  const check = () => {
    const inside = store.conversations.some((one) => one.id === `room:${form.elements.room.value}`);
    form.elements.invited.disabled = !inside;
    form.elements.invited.checked = inside;
    $("invited").textContent = inside ? `由${self().name}邀请` : `${self().name}不在这个群，算自己进群`;
  };
  form.elements.room.onchange = check;
  check();
}

async function addPerson(form) {
  const { name, room, invited } = form.elements;
  try {
    const inviter = invited.checked && !invited.disabled ? store.me : null;
    return (await post("/api/people", { name: name.value, room: room.value, inviter })).id;
  } catch (error) {
    $("newcomer-wrong").textContent = error.message;
    return null;
  }
}
