// Runs in a worker. Browsers slow the timers of a page that nobody looks at down to one a minute; a console behind
// another window has to notice a dead line and ring again all the same.

setInterval(() => postMessage(null), 250);
