/*
 * wanline: lines between two network namespaces, bad on demand. For kernels without netem.
 *
 *   wanline SEED CLINIC_NETNS UPSTREAM_NETNS NAME...
 *
 * Each NAME becomes a TUN device `line-NAME` in the first namespace and `up-NAME` in the second;
 * what enters the one leaves the other. Commands come on standard input, each is answered by one
 * line once it holds; the end of standard input ends everything.
 *
 *   set NAME up|down|both KEY VALUE ...
 *       delay, jitter            microseconds; jitter keeps the order
 *       loss, reorder, duplicate percent of the packets; a reordered one overtakes those that wait
 *       mtu                      longer packets vanish without a word; 0: none does
 *       hole                     1: everything vanishes, what is under way too
 *       rst                      1: TCP packets are answered with a reset, to both of their ends
 *   forget NAME      TCP connections that began before now vanish; new ones pass: a NAT that restarted
 *   carrier NAME 0|1 the cable on the clinic's side
 *   count            packets and bytes per line and direction, as JSON
 *   talks            packets that left the clinic, per line and pair of addresses, as JSON
 *
 * Multicast does not travel and is not counted, so that counters hold only what somebody meant.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LINES 8
#define WAITING 2048
#define PACKET_BYTES 2048
#define FLOWS 4096
#define TALKS 256
#define TURN 64

enum { UP, DOWN };
enum { SYN = 0x02, RST = 0x04, ACK = 0x10 };

struct packet {
  uint64_t due;
  int length;
  unsigned char bytes[PACKET_BYTES];
};

struct way {
  int in, out, timer;
  struct packet *queue;
  unsigned head, tail;
  uint64_t last_due, chance;
  double delay, jitter, loss, reorder, duplicate;
  int mtu, hole, rst;
  uint64_t packets, bytes, delivered, dropped;
};

struct talk {
  int version;
  unsigned char from[16], to[16];
  uint64_t packets;
};

struct line {
  const char *name;
  struct way way[2];
  int forgetful;
  unsigned flows;
  uint64_t flow[FLOWS];
  unsigned talks;
  struct talk talk[TALKS];
};

/* Where TCP begins in a packet and what it says; `tcp` is NULL for anything else. */
struct segment {
  int version, address_bytes;
  const unsigned char *from, *to, *tcp;
  int payload;
};

static struct line line[LINES];
static int lines;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* splitmix64: 0 <= x < 1, the same sequence for the same seed. */
static double chance(struct way *w) {
  uint64_t z = w->chance += 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static uint16_t get16(const unsigned char *p) { return p[0] << 8 | p[1]; }
static uint32_t get32(const unsigned char *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static void put16(unsigned char *p, uint16_t v) { p[0] = v >> 8, p[1] = v; }
static void put32(unsigned char *p, uint32_t v) { put16(p, v >> 16), put16(p + 2, v); }

/* Extension headers are not followed: nobody here sends TCP behind one. */
static struct segment read_segment(const unsigned char *p, int length) {
  struct segment s = {.version = p[0] >> 4};
  int head, protocol;
  if (s.version == 6 && length >= 40) {
    s.address_bytes = 16, s.from = p + 8, s.to = p + 24, head = 40, protocol = p[6];
  } else if (s.version == 4 && length >= 20) {
    s.address_bytes = 4, s.from = p + 12, s.to = p + 16, head = (p[0] & 15) * 4, protocol = p[9];
  } else {
    return s;
  }
  if (protocol != 6 || length < head + 20) return s;
  s.tcp = p + head;
  s.payload = length - head - (s.tcp[12] >> 4) * 4;
  return s;
}

static int is_multicast(const struct segment *s) {
  if (s->version == 6) return s->to[0] == 0xff;
  return s->to != NULL && s->to[0] >= 224;
}

static uint64_t hash(uint64_t h, const unsigned char *p, int length) {
  for (int i = 0; i < length; i++) h = (h ^ p[i]) * 0x100000001b3ull;
  return h;
}

/* The same for both directions of a connection; never 0. */
static uint64_t flow_of(const struct segment *s, int direction) {
  const unsigned char *near = direction == UP ? s->from : s->to;
  const unsigned char *far = direction == UP ? s->to : s->from;
  uint64_t h = hash(0xcbf29ce484222325ull, near, s->address_bytes);
  h = hash(h, far, s->address_bytes);
  h = hash(h, s->tcp + (direction == UP ? 0 : 2), 2);
  return hash(h, s->tcp + (direction == UP ? 2 : 0), 2) | 1;
}

/* Whether the connection began after the line forgot; a SYN from either side begins one. */
static int is_remembered(struct line *l, int direction, const struct segment *s) {
  if (!l->forgetful || s->tcp == NULL) return 1;
  uint64_t flow = flow_of(s, direction);
  unsigned i = flow % FLOWS;
  while (l->flow[i] != 0 && l->flow[i] != flow) i = (i + 1) % FLOWS;
  if (l->flow[i] == flow) return 1;
  if ((s->tcp[13] & (SYN | ACK)) != SYN || l->flows >= FLOWS / 2) return 0;
  l->flow[i] = flow;
  l->flows++;
  return 1;
}

static uint16_t checksum(const struct segment *s, const unsigned char *tcp, int length) {
  uint64_t sum = 6 + length;
  for (int i = 0; i < s->address_bytes; i += 2) sum += get16(s->from + i) + get16(s->to + i);
  for (int i = 0; i < length; i += 2) sum += get16(tcp + i);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

static void send_reset(int tun, const struct segment *s, int back) {
  unsigned char r[60] = {0};
  int head = s->version == 6 ? 40 : 20;
  unsigned char *from = r + (s->version == 6 ? 8 : 12), *to = from + s->address_bytes, *t = r + head;
  memcpy(back ? to : from, s->from, s->address_bytes);
  memcpy(back ? from : to, s->to, s->address_bytes);
  memcpy(t + (back ? 2 : 0), s->tcp, 2);
  memcpy(t + (back ? 0 : 2), s->tcp + 2, 2);
  t[12] = 5 << 4, t[13] = RST;
  if (!back) {
    memcpy(t + 4, s->tcp + 4, 4);
  } else if (s->tcp[13] & ACK) {
    memcpy(t + 4, s->tcp + 8, 4);
  } else {
    int counted = s->payload + ((s->tcp[13] & SYN) != 0);
    put32(t + 8, get32(s->tcp + 4) + counted), t[13] |= ACK;
  }
  struct segment own = {s->version, s->address_bytes, from, to, t, 0};
  put16(t + 16, checksum(&own, t, 20));
  if (s->version == 6) {
    r[0] = 6 << 4, put16(r + 4, 20), r[6] = 6, r[7] = 64;
  } else {
    r[0] = 0x45, put16(r + 2, 40), r[8] = 64, r[9] = 6;
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2) sum += get16(r + i);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put16(r + 10, ~sum);
  }
  (void)!write(tun, r, head + 20);
}

static void arm(struct way *w) {
  struct itimerspec t = {0};
  if (w->head != w->tail) {
    uint64_t due = w->queue[w->head % WAITING].due;
    t.it_value.tv_sec = due / 1000000000ull, t.it_value.tv_nsec = due % 1000000000ull;
  }
  if (timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &t, NULL)) die("timerfd_settime");
}

static void deliver(struct line *l, int direction, const unsigned char *bytes, int length) {
  struct way *w = &l->way[direction];
  struct segment s = read_segment(bytes, length);
  /* A device that is down takes nothing (EIO): lost, as on a cut line. */
  if (w->hole || !is_remembered(l, direction, &s) || write(w->out, bytes, length) != length)
    w->dropped++;
  else
    w->delivered++;
}

static void deliver_due(struct line *l, int direction) {
  struct way *w = &l->way[direction];
  uint64_t t = now();
  for (; w->head != w->tail && w->queue[w->head % WAITING].due <= t; w->head++) {
    struct packet *p = &w->queue[w->head % WAITING];
    deliver(l, direction, p->bytes, p->length);
  }
  arm(w);
}

static void enqueue(struct way *w, const unsigned char *bytes, int length) {
  if (w->tail - w->head >= WAITING) {
    w->dropped++;
    return;
  }
  struct packet *p = &w->queue[w->tail++ % WAITING];
  double wait = w->delay + (w->jitter > 0 ? w->jitter * chance(w) : 0);
  p->due = now() + (uint64_t)(wait * 1000);
  if (p->due < w->last_due) p->due = w->last_due;
  w->last_due = p->due;
  p->length = length;
  memcpy(p->bytes, bytes, length);
}

/* Too many to tell apart are a bug of who uses this; better none than a wrong proof. */
static void count_talk(struct line *l, const struct segment *s) {
  if (s->from == NULL) return;
  for (unsigned i = 0; i < l->talks; i++) {
    struct talk *t = &l->talk[i];
    if (t->version != s->version || memcmp(t->from, s->from, s->address_bytes) ||
        memcmp(t->to, s->to, s->address_bytes))
      continue;
    t->packets++;
    return;
  }
  if (l->talks == TALKS) errno = E2BIG, die("talks");
  struct talk *t = &l->talk[l->talks++];
  t->version = s->version, t->packets = 1;
  memcpy(t->from, s->from, s->address_bytes), memcpy(t->to, s->to, s->address_bytes);
}

static void take(struct line *l, int direction, const unsigned char *bytes, int length) {
  struct way *w = &l->way[direction];
  struct segment s = read_segment(bytes, length);
  if (is_multicast(&s)) return;
  w->packets++;
  w->bytes += length;
  if (direction == UP) count_talk(l, &s);
  int is_lost = w->loss > 0 && chance(w) * 100 < w->loss;
  if (w->hole || is_lost || (w->mtu > 0 && length > w->mtu) || !is_remembered(l, direction, &s)) {
    w->dropped++;
    return;
  }
  if (w->rst && s.tcp != NULL) {
    w->dropped++;
    if (s.tcp[13] & RST) return;
    send_reset(w->in, &s, 1);
    if (!(s.tcp[13] & SYN)) send_reset(w->out, &s, 0);
    return;
  }
  if (w->reorder > 0 && chance(w) * 100 < w->reorder) {
    deliver(l, direction, bytes, length);
    return;
  }
  enqueue(w, bytes, length);
  if (w->duplicate > 0 && chance(w) * 100 < w->duplicate) enqueue(w, bytes, length);
}

static void take_all(struct line *l, int direction) {
  static unsigned char bytes[PACKET_BYTES];
  for (int i = 0; i < TURN; i++) {
    int length = read(l->way[direction].in, bytes, sizeof bytes);
    if (length <= 0) break;
    take(l, direction, bytes, length);
  }
  deliver_due(l, direction);
}

static int open_tun(const char *netns, const char *prefix, const char *name) {
  int fd = open(netns, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET)) die(netns);
  close(fd);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) die("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  snprintf(request.ifr_name, IFNAMSIZ, "%s-%s", prefix, name);
  if (ioctl(tun, TUNSETIFF, &request)) die("TUNSETIFF");
  return tun;
}

static double *number_named(struct way *w, const char *key) {
  if (!strcmp(key, "delay")) return &w->delay;
  if (!strcmp(key, "jitter")) return &w->jitter;
  if (!strcmp(key, "loss")) return &w->loss;
  if (!strcmp(key, "reorder")) return &w->reorder;
  return strcmp(key, "duplicate") ? NULL : &w->duplicate;
}

static int *switch_named(struct way *w, const char *key) {
  if (!strcmp(key, "mtu")) return &w->mtu;
  if (!strcmp(key, "hole")) return &w->hole;
  return strcmp(key, "rst") ? NULL : &w->rst;
}

static const char *set(struct line *l, char *rest) {
  char *to = strtok_r(NULL, " ", &rest), *key, *value;
  if (to == NULL) return "no: set NAME up|down|both KEY VALUE ...";
  int first = strcmp(to, "down") ? UP : DOWN, last = strcmp(to, "up") ? DOWN : UP;
  if (first == UP && last == DOWN && strcmp(to, "both")) return "no: up, down or both";
  while ((key = strtok_r(NULL, " ", &rest)) != NULL) {
    if ((value = strtok_r(NULL, " ", &rest)) == NULL) return "no: a key without a value";
    for (int d = first; d <= last; d++) {
      double *number = number_named(&l->way[d], key);
      int *flag = switch_named(&l->way[d], key);
      if (number != NULL) *number = strtod(value, NULL);
      else if (flag != NULL) *flag = atoi(value);
      else return "no: no such key";
    }
  }
  return "ok";
}

static void print_counts(void) {
  for (int i = 0; i < lines; i++) {
    printf("%s\"%s\":{", i ? "," : "{", line[i].name);
    for (int d = UP; d <= DOWN; d++) {
      struct way *w = &line[i].way[d];
      printf("%s\"%s\":{\"packets\":%llu,\"bytes\":%llu,\"delivered\":%llu,\"dropped\":%llu}",
             d ? "," : "", d ? "down" : "up", (unsigned long long)w->packets,
             (unsigned long long)w->bytes, (unsigned long long)w->delivered,
             (unsigned long long)w->dropped);
    }
    printf("}");
  }
  printf("}\n");
}

static void print_talks(void) {
  for (int i = 0; i < lines; i++) {
    printf("%s\"%s\":[", i ? "," : "{", line[i].name);
    for (unsigned n = 0; n < line[i].talks; n++) {
      struct talk *t = &line[i].talk[n];
      char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
      int family = t->version == 6 ? AF_INET6 : AF_INET;
      inet_ntop(family, t->from, from, sizeof from), inet_ntop(family, t->to, to, sizeof to);
      printf("%s{\"from\":\"%s\",\"to\":\"%s\",\"packets\":%llu}", n ? "," : "", from, to,
             (unsigned long long)t->packets);
    }
    printf("]");
  }
  printf("}\n");
}

static const char *obey(char *command) {
  char *rest, *verb = strtok_r(command, " ", &rest), *name = strtok_r(NULL, " ", &rest);
  struct line *l = NULL;
  for (int i = 0; i < lines && name != NULL; i++)
    if (!strcmp(line[i].name, name)) l = &line[i];
  if (verb == NULL || l == NULL) return "no: no such line";
  if (!strcmp(verb, "set")) return set(l, rest);
  if (!strcmp(verb, "forget")) {
    l->forgetful = 1;
    l->flows = 0;
    memset(l->flow, 0, sizeof l->flow);
    return "ok";
  }
  if (!strcmp(verb, "carrier")) {
    int on = atoi(rest);
    return ioctl(l->way[UP].in, TUNSETCARRIER, &on) ? "no: the kernel knows no TUNSETCARRIER" : "ok";
  }
  return "no: set, forget, carrier, count or talks";
}

static void read_commands(void) {
  static char text[4096];
  static int length;
  int got = read(0, text + length, sizeof text - 1 - length);
  if (got <= 0) exit(0);
  length += got;
  text[length] = 0;
  char *start = text, *end;
  for (; (end = strchr(start, '\n')) != NULL; start = end + 1) {
    *end = 0;
    if (!strcmp(start, "count")) print_counts();
    else if (!strcmp(start, "talks")) print_talks();
    else puts(obey(start));
  }
  length -= start - text;
  memmove(text, start, length);
}

static void watch(int poll, int fd, uint32_t what) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = what};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc < 5 || argc - 4 > LINES) {
    fprintf(stderr, "wanline SEED CLINIC_NETNS UPSTREAM_NETNS NAME...\n");
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  prctl(PR_SET_TIMERSLACK, 1);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  watch(poll, 0, 0);
  for (lines = 0; lines < argc - 4; lines++) {
    struct line *l = &line[lines];
    l->name = argv[4 + lines];
    int clinic = open_tun(argv[2], "line", l->name), upstream = open_tun(argv[3], "up", l->name);
    for (int d = UP; d <= DOWN; d++) {
      struct way *w = &l->way[d];
      w->in = d == UP ? clinic : upstream, w->out = d == UP ? upstream : clinic;
      w->chance = strtoull(argv[1], NULL, 10) * 1000 + lines * 2 + d;
      w->queue = calloc(WAITING, sizeof *w->queue);
      w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
      if (w->queue == NULL || w->timer < 0) die("a direction");
      watch(poll, w->in, 1 + lines * 4 + d);
      watch(poll, w->timer, 1 + lines * 4 + 2 + d);
    }
  }
  puts("ready");
  for (;;) {
    struct epoll_event event[16];
    int count = epoll_wait(poll, event, 16, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      uint32_t what = event[i].data.u32;
      if (what == 0) {
        read_commands();
        continue;
      }
      struct line *l = &line[(what - 1) / 4];
      int direction = (what - 1) % 2;
      if ((what - 1) % 4 < 2) {
        take_all(l, direction);
      } else {
        uint64_t expired;
        (void)!read(l->way[direction].timer, &expired, sizeof expired);
        deliver_due(l, direction);
      }
    }
  }
}
