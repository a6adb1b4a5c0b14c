"use strict";
(() => {
const FORMAT = 1;
const CONFIDENCES = [0.25, 0.5, 0.75, 1];
const SHOWN = ["outlet", "published"];
const WORDS = {
  ar: {
    title: "ترميز المقالات", yourName: "اسمك", begin: "ابدأ",
    privacy: "لا ترسل هذه الصفحة شيئا إلى أي مكان. يُحفظ عملك في هذا المتصفح، وزر «حفظ النتيجة» يكتبه في ملف.",
    save: "حفظ النتيجة", open: "فتح نتيجة محفوظة", list: "المتبقي", other: "English",
    answer: "الترميز", confidence: "الثقة", none: "غير محددة", skip: "تجاوز", clear: "مسح", comment: "ملاحظة",
    previous: "السابق", next: "التالي", codebook: "دليل الترميز", untitled: "مقال بلا عنوان",
    levels: ["ضعيفة", "متوسطة", "جيدة", "تامة"],
    keys: "الأرقام تختار التصنيف، وEnter أو السهم ينتقل، وS يتجاوز، وF يغيّر الثقة، وC يكتب ملاحظة (Esc للخروج منها)، وL يعرض المتبقي، وB يعرض الدليل، وW يحفظ.",
    progress: (done, all, left, at, coder) => `${coder}: رُمّز ${done} من ${all}، والمتبقي ${left}. المقال ${at}.`,
    finished: "انتهيت من كل المقالات. احفظ النتيجة وأرسل الملف.",
    saved: name => `كُتب الملف ${name} في مجلد التنزيلات.`,
    unkept: "لا يحفظ هذا المتصفح التقدم. احفظ النتيجة في ملف قبل إغلاق الصفحة.",
    unread: "هذا الملف ليس نتيجة ترميز محفوظة من هذه الصفحة. اختر ملف النتيجة الذي كُتب بزر «حفظ النتيجة».",
    otherTask: "هذا الملف نتيجة مهمة أخرى: المقالات أو التصنيفات مختلفة. افتحه في صفحته.",
    otherCoder: name => `هذا الملف من ${name}. أعد تحميل الصفحة وابدأ بهذا الاسم.`,
    opened: n => `فُتح الملف، وفيه ${n} من المقالات المرمّزة.`,
    states: { done: "مرمّز", skipped: "متجاوز", left: "متبقٍّ" },
  },
  en: {
    title: "Coding articles", yourName: "Your name", begin: "Begin",
    privacy: "This page sends nothing anywhere. Your work is kept in this browser; “Save result” writes it to a file.",
    save: "Save result", open: "Open a saved result", list: "What is left", other: "العربية",
    answer: "Your coding", confidence: "Confidence", none: "not given", skip: "Skip", clear: "Clear", comment: "Comment",
    previous: "Previous", next: "Next", codebook: "Codebook", untitled: "Article without a title",
    levels: ["low", "medium", "good", "full"],
    keys: "Number keys choose a label, Enter or an arrow goes on, S skips, F changes the confidence, C writes a comment (Esc leaves it), L lists what is left, B shows the codebook, W saves.",
    progress: (done, all, left, at, coder) => `${coder}: ${done} of ${all} coded, ${left} left. Article ${at}.`,
    finished: "All articles are coded. Save the result and send the file.",
    saved: name => `Wrote ${name} to the folder of downloads.`,
    unkept: "This browser does not keep your progress. Save the result to a file before you close the page.",
    unread: "This file is not a result that was saved by this page. Choose the file that “Save result” wrote.",
    otherTask: "This file is the result of another task: its articles or labels differ. Open it in its own page.",
    otherCoder: name => `This file is by ${name}. Reload the page and begin with that name.`,
    opened: n => `Opened the file, with ${n} coded articles.`,
    states: { done: "coded", skipped: "skipped", left: "left" },
  },
};
const page = JSON.parse(document.getElementById("data").textContent);
const articles = page.articles, labels = page.labels;
const find = id => document.getElementById(id);
// U+2068 and U+2069 isolate a name within a sentence of another direction.
const isolated = text => `\u2068${text}\u2069`;
let language = page.language, coder = "", at = 0, answers = {}, kept = true, message = null;
const words = () => WORDS[language];

function storage(action) {
  try { return action(window.localStorage); } catch (error) { kept = false; return null; }
}
const prefix = `stance-coding:${page.task}:`;
const lastKey = `stance-coding-last:${page.task}`;
function knownCoders() {
  return storage(store => Object.keys(store).filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length))) || [];
}
function keep() {
  storage(store => {
    store.setItem(prefix + coder, JSON.stringify({ at, answers }));
    store.setItem(lastKey, coder);
  });
  if (!kept) say("unkept");
}
function restore() {
  const stored = storage(store => store.getItem(prefix + coder));
  let found = null;
  try { found = JSON.parse(stored); } catch (error) { found = null; }
  answers = {};
  at = 0;
  if (!found || typeof found.answers !== "object" || found.answers === null) return;
  for (const [place, answer] of Object.entries(found.answers)) if (articles[place]) answers[place] = answer;
  at = Number.isInteger(found.at) && articles[found.at] ? found.at : 0;
}

function stateOf(place) {
  const answer = answers[place];
  return !answer ? "left" : answer.skipped ? "skipped" : answer.label !== null ? "done" : "left";
}
const isLeft = place => stateOf(place) === "left";
const places = () => articles.map((_, place) => place);
function change(values) {
  const before = answers[at] || { label: null, confidence: null, comment: null, skipped: false };
  const after = { ...before, ...values };
  if (after.label === null && after.confidence === null && after.comment === null && !after.skipped) delete answers[at];
  else answers[at] = { ...after, time: new Date().toISOString() };
  keep();
  showAnswer();
}
const choose = place => { if (labels[place]) change({ label: labels[place].name, skipped: false }); };
const skip = () => change((answers[at] || {}).skipped ? { skipped: false } : { skipped: true, label: null });
const clear = () => change({ label: null, confidence: null, comment: null, skipped: false });
function changeConfidence() {
  const now = (answers[at] || {}).confidence ?? null;
  const next = now === null ? 0 : CONFIDENCES.findIndex(one => one > now);
  change({ confidence: next < 0 ? null : CONFIDENCES[next] });
}
function storeComment() {
  const comment = find("comment").value;
  if (comment !== ((answers[at] || {}).comment || "")) change({ comment: comment === "" ? null : comment });
}

function move(place) {
  if (place < 0 || place >= articles.length) return;
  storeComment();
  at = place;
  keep();
  showArticle();
  find("headline").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}
function goOn() {
  storeComment();
  const later = places().find(place => place > at && isLeft(place));
  const next = later ?? places().find(place => place !== at && isLeft(place));
  if (next !== undefined) return move(next);
  if (!isLeft(at)) say("finished");
}

function say(key, ...values) {
  message = key && [key, values];
  find("message").hidden = !message;
  const text = key && words()[key];
  find("message").textContent = !key ? "" : typeof text === "function" ? text(...values) : text;
}
function element(name, text, values) {
  const made = Object.assign(document.createElement(name), values);
  made.textContent = text;
  return made;
}
function showArticle() {
  const { fields, text } = articles[at];
  find("headline").textContent = fields.title || words().untitled;
  find("text").textContent = text;
  find("facts").replaceChildren(...SHOWN.filter(name => fields[name]).map(name => element("bdi", fields[name])));
  if (message && message[0] !== "unkept") say(null);
  showAnswer();
}
function showAnswer() {
  const answer = answers[at] || { label: null, confidence: null, comment: null, skipped: false };
  [...find("labels").children].forEach((button, place) =>
    button.setAttribute("aria-pressed", String(labels[place].name === answer.label)));
  find("skip").setAttribute("aria-pressed", String(answer.skipped));
  find("confidence").value = answer.confidence === null ? "" : String(answer.confidence);
  if (find("comment").value !== (answer.comment || "")) find("comment").value = answer.comment || "";
  const left = places().filter(isLeft).length, done = articles.length - left;
  find("progress").textContent = words().progress(done, articles.length, left, at + 1, isolated(coder));
  find("bar").value = done / articles.length;
  if (!find("list").hidden) showList();
}
function showList() {
  find("list").firstElementChild.replaceChildren(...places().filter(place => isLeft(place) || place === at).map(place => {
    const item = document.createElement("li");
    item.value = place + 1;
    const button = element("button", articles[place].fields.title || articles[place].text.slice(0, 60), { type: "button", dir: "auto" });
    if (place === at) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => move(place));
    item.append(button);
    return item;
  }));
}
function toggleList() {
  find("list").hidden = !find("list").hidden;
  find("show-list").setAttribute("aria-expanded", String(!find("list").hidden));
  if (find("list").hidden) return;
  showList();
  find("list").querySelector("button")?.focus();
}

function showLanguage() {
  const root = document.documentElement;
  root.lang = language;
  root.dir = language === "ar" ? "rtl" : "ltr";
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = words()[one.dataset.text];
  for (const one of document.querySelectorAll("button.language")) {
    one.textContent = words().other;
    one.lang = language === "ar" ? "en" : "ar";
  }
  document.querySelector("kbd.back").textContent = language === "ar" ? "→" : "←";
  document.title = page.question || words().title;
  find("question").textContent = find("start-question").textContent = page.question;
  find("confidence").replaceChildren(
    element("option", words().none, { value: "" }),
    ...CONFIDENCES.map((one, place) => element("option", `${words().levels[place]} (${one})`, { value: String(one) })));
  if (coder) {
    const [key, values] = message || [null, []];
    showArticle();
    say(key, ...values);
  }
}
// The least of Markdown that a codebook needs; everything else is shown as it is.
function appendInline(target, text) {
  text.split(/\*\*(.+?)\*\*/u).forEach((part, place) => target.append(place % 2 ? element("strong", part) : part));
}
function showCodebook() {
  find("labels").replaceChildren(...labels.map((label, place) => {
    const button = document.createElement("button");
    button.type = "button";
    if (place < 10) button.append(element("kbd", String((place + 1) % 10)), " ");
    button.append(element("bdi", label.name));
    button.addEventListener("click", () => { choose(place); find("next").focus({ preventScroll: true }); });
    return button;
  }));
  find("definitions").replaceChildren(...labels.flatMap(label =>
    [element("dt", label.name, { dir: "auto" }), element("dd", label.definition, { dir: "auto" })]));
  const target = find("instructions");
  let list = null;
  for (const line of page.instructions.split(/\r\n|\r|\n/u)) {
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)/u.exec(line), heading = /^(#{1,6})\s+(.*)/u.exec(line);
    if (!item) list = null;
    if (!line.trim()) continue;
    if (item && !list) target.append(list = document.createElement(/^\s*\d/u.test(line) ? "ol" : "ul"));
    const made = document.createElement(item ? "li" : heading ? "h3" : "p");
    made.dir = "auto";
    appendInline(made, item ? item[1] : heading ? heading[2] : line);
    (item ? list : target).append(made);
  }
  if (window.matchMedia("(max-width: 700px)").matches) find("codebook").open = false;
}

function result() {
  const records = articles.map((article, place) => {
    const answer = answers[place] || { label: null, confidence: null, comment: null, skipped: false, time: null };
    const { label, confidence, comment, skipped, time } = answer;
    return { article, label, confidence, comment, skipped, time };
  });
  return { stance_coding_result: FORMAT, task: page.task, labels: labels.map(label => label.name), coder, records };
}
function save() {
  storeComment();
  // JSON.stringify escapes lone surrogates, which a file in UTF-8 cannot hold.
  const blob = new Blob([JSON.stringify(result(), null, 1)], { type: "application/json" });
  const name = `coding-${coder.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")}-${page.task.slice(0, 8)}.json`;
  const link = element("a", "", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say("saved", isolated(name));
}
function isAnswer(one) {
  return (one.label === null || labels.some(label => label.name === one.label))
    && (one.confidence === null || (typeof one.confidence === "number" && one.confidence >= 0 && one.confidence <= 1))
    && (one.comment === null || typeof one.comment === "string")
    && typeof one.skipped === "boolean" && typeof one.time === "string";
}
function load(text) {
  let found = null;
  try { found = JSON.parse(text); } catch (error) { found = null; }
  if (!found || found.stance_coding_result !== FORMAT || !Array.isArray(found.records)) return say("unread");
  if (found.task !== page.task || found.records.length !== articles.length) return say("otherTask");
  if (found.coder !== coder) return say("otherCoder", isolated(String(found.coder)));
  const given = found.records.map((record, place) => [place, record]).filter(([, record]) => record && record.time);
  if (!given.every(([, record]) => isAnswer(record))) return say("unread");
  for (const [place, { label, confidence, comment, skipped, time }] of given)
    // What was coded later wins, whether in the file or here.
    if (!answers[place] || answers[place].time <= time) answers[place] = { label, confidence, comment, skipped, time };
  at = places().find(isLeft) ?? 0;
  keep();
  showArticle();
  say("opened", given.length);
}

const DIGITS = "0123456789", ARABIC = "٠١٢٣٤٥٦٧٨٩", PERSIAN = "۰۱۲۳۴۵۶۷۸۹";
// Letters by their place on the keyboard: the same keys on an Arabic layout.
const KEYS = {
  KeyS: skip, KeyF: changeConfidence, KeyC: () => find("comment").focus(), KeyL: toggleList, KeyW: save,
  KeyB: () => { find("codebook").open = !find("codebook").open; }, Delete: clear,
};
function press(event) {
  if (find("work").hidden || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") { target.blur(); find("headline").focus({ preventScroll: true }); }
    return;
  }
  if (event.key === "Enter" && target.matches("button, summary")) return;
  const digit = [DIGITS, ARABIC, PERSIAN].map(ten => ten.indexOf(event.key)).find(one => one >= 0);
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key.length === 1 && digit !== undefined) choose((digit + 9) % 10);
  else if (event.key === "Enter") goOn();
  else if (event.key === "ArrowLeft" || event.key === "ArrowRight") move(at + (event.key === forward ? 1 : -1));
  else if (event.key === "Escape" && !find("list").hidden) toggleList();
  else if (KEYS[event.code]) KEYS[event.code]();
  else return;
  event.preventDefault();
}

function begin(event) {
  event.preventDefault();
  const name = find("coder").value.normalize("NFC").trim().replace(/\s+/gu, " ");
  if (!name) return;
  coder = name;
  restore();
  find("start").hidden = true;
  find("work").hidden = false;
  keep();
  showArticle();
  find("headline").focus({ preventScroll: true });
}
find("start").addEventListener("submit", begin);
find("next").addEventListener("click", goOn);
find("previous").addEventListener("click", () => move(at - 1));
find("skip").addEventListener("click", skip);
find("clear").addEventListener("click", clear);
find("save").addEventListener("click", save);
find("show-list").addEventListener("click", toggleList);
find("comment").addEventListener("input", storeComment);
find("confidence").addEventListener("change", event => change({ confidence: event.target.value === "" ? null : Number(event.target.value) }));
find("open").addEventListener("click", () => find("file").click());
find("file").addEventListener("change", async event => {
  const file = event.target.files[0];
  event.target.value = "";
  if (file) load(await file.text());
});
for (const one of document.querySelectorAll("button.language"))
  one.addEventListener("click", () => { language = language === "ar" ? "en" : "ar"; showLanguage(); });
document.addEventListener("keydown", press);
window.addEventListener("beforeunload", event => { if (!kept && Object.keys(answers).length) event.preventDefault(); });
showCodebook();
showLanguage();
find("coders").replaceChildren(...knownCoders().map(name => element("option", "", { value: name })));
find("coder").value = storage(store => store.getItem(lastKey)) || "";
find("start").hidden = false;
find("coder").focus();
})();
