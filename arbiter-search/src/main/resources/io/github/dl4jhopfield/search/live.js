// Above the report: what the search does now, every second. The report itself is read again when more has ended.
'use strict';
const live = document.getElementById('live');
let shown = -1;
let ended = false;

function line(text, className) {
  const element = document.createElement('p');
  element.textContent = text;
  if (className) {
    element.className = className;
  }
  return element;
}

function number(value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

function values(map) {
  return Object.entries(map).map(([name, value]) => name + ' ' + number(value)).join(', ');
}

function time(seconds) {
  if (seconds < 60) {
    return seconds + ' s';
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? minutes + ' min ' + (seconds % 60) + ' s' : Math.floor(minutes / 60) + ' h ' + (minutes % 60) + ' min';
}

function table(running) {
  const element = document.createElement('table');
  element.className = 'few short';
  const caption = element.createCaption();
  caption.textContent = running.length + ' running';
  for (const one of running) {
    const row = element.insertRow();
    for (const text of [one.candidate, time(one.seconds), values(one.values)]) {
      row.insertCell().textContent = text;
    }
  }
  return element;
}

async function report() {
  const answer = await fetch('./');
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const style = page.querySelector('style');
  if (style && !document.querySelector('style')) {
    document.head.append(style);
  }
  const scroll = window.scrollY;
  document.querySelector('main').replaceChildren(...page.querySelector('main').childNodes);
  document.title = page.title;
  window.scrollTo(0, scroll);
}

async function look() {
  let state;
  try {
    state = await (await fetch('state')).json();
  } catch (e) {
    live.replaceChildren(line(ended ? 'The search has ended.' : 'The search has ended, or was stopped: report.html of its folder has the last state.'));
    return;
  }
  if (state.begun) {
    const parts = [
      line(state.done + ' of ' + state.planned + ' candidates ended, ' + state.failed + ' failed' + (state.pruned ? ', ' + state.pruned + ' pruned' : '')
        + (state.ended ? '.' : state.secondsLeft === undefined ? '' : '; about ' + time(state.secondsLeft) + ' left.')),
    ];
    if (state.best) {
      parts.push(line('Best: candidate ' + state.best.candidate + ', ' + state.metric + ' ' + number(state.best.score) + ' with ' + values(state.best.values)));
    }
    if (state.running.length) {
      parts.push(table(state.running));
    }
    live.replaceChildren(...parts);
    if (state.done !== shown || state.ended !== ended) {
      const asked = state.done;
      await report();
      shown = asked;
      ended = state.ended;
    }
  }
  setTimeout(look, 1000);
}

look();
