/*
 * A login as SPIN explores it: which moves a state has is asked over descriptor 3, of whoever knows the
 * flow; what was seen before, how much there is, and the fewest moves to each alarm is SPIN's to say.
 *
 * Asked: the words of a state; all zero: before the start. Answered: how many moves there are, for each
 * the words that it leads to and how many moves of a person it is, then how many alarms there are, and
 * for each its number and the moves of a person that it takes from here. All are 32 bits.
 */
#define WORDS 96
#define ALARMS 512
#define EDGES 128

c_decl {
\#include <stdio.h>
\#include <stdlib.h>
\#include <string.h>
\#include <unistd.h>

static struct { int words[WORDS]; int moves; } next[EDGES];
static int asked[WORDS], edges, limit;
static int least[ALARMS];

static void receive(void *into, size_t left) {
  for (char *at = into; left > 0; ) {
    ssize_t done = read(3, at, left);
    if (done <= 0) exit(3);
    at += done;
    left -= done;
  }
}

static int number(void) {
  int value;
  receive(&value, sizeof value);
  return value;
}

static void tell(void) {
  for (int alarm = 0; alarm < ALARMS; alarm++)
    if (least[alarm] > 0) printf("alarm %d after %d\n", alarm, least[alarm] - 1);
}

static void begin(void) {
  const char *given = getenv("MOVES_MAX");
  limit = given ? atoi(given) : -1;
  atexit(tell);
}

static void ask(int *words, int moves) {
  memcpy(asked, words, sizeof asked);
  if (write(3, asked, sizeof asked) != sizeof asked) exit(3);
  edges = number();
  if (edges > EDGES) exit(4);
  receive(next, edges * sizeof next[0]);
  for (int alarms = number(); alarms > 0; alarms--) {
    int alarm = number();
    int sum = moves + number() + 1;
    if (alarm >= ALARMS) exit(4);
    if (limit >= 0 && sum - 1 > limit) continue;
    if (least[alarm] == 0 || sum < least[alarm]) least[alarm] = sum;
  }
}

static int can(int *words, int moves, int edge) {
  if (edge == 0 || memcmp(asked, words, sizeof asked) != 0) ask(words, moves);
  return edge < edges && (limit < 0 || moves + next[edge].moves <= limit);
}

static void take(int *words, int *moves, int edge) {
  memcpy(words, next[edge].words, sizeof next[edge].words);
  if (limit >= 0) *moves += next[edge].moves;
}
}

c_state "int words[96]" "Global"
/* Moves of a person so far. Stays 0 without MOVES_MAX, where it would make more states. */
c_state "int moves" "Global"

/* SPIN takes a bare call for a side effect; in parentheses it does not. */
#define EDGE(n) :: d_step { c_expr { (can(now.words, now.moves, n)) } -> c_code { take(now.words, &now.moves, n); } }
#define EDGES8(n) EDGE(n) EDGE(n+1) EDGE(n+2) EDGE(n+3) EDGE(n+4) EDGE(n+5) EDGE(n+6) EDGE(n+7)
#define EDGES32(n) EDGES8(n) EDGES8(n+8) EDGES8(n+16) EDGES8(n+24)

active proctype login() {
  c_code { begin(); };
end:
  do
  EDGES32(0) EDGES32(32) EDGES32(64) EDGES32(96)
  od
}
