/*
 * A PC/SC reader that pcscd loads as a driver: a card slot on a TCP port and a PIN pad on a socket.
 * One reader per entry of reader.conf, with one slot each:
 *
 *   DEVICENAME PORT:CHANNEL[:PAD]
 *
 * PORT     a card connects here, with the framing of vsmartcard's vpcd
 * CHANNEL  what SCARD_ATTR_CHANNEL_ID answers, hexadecimal: 0020BBAA for USB bus BB, address AA
 * PAD      path of a Unix socket: the keys of the PIN pad. Without it the reader has none.
 *
 * The pad says `enter MIN MAX SECONDS` when a PIN is wanted and `left STATUS` when it is not any
 * more. Keys are single bytes: a digit, `E` OK, `C` cancel, `T` the time is over. What was typed
 * before is thrown away.
 *
 * It is strict: a PIN_VERIFY structure that is not as PC/SC part 10 and CCID 1.1 want it for a PIN
 * block of fixed size is answered by 6B80, and the card gets nothing.
 */
#define _GNU_SOURCE
#include <PCSC/ifdhandler.h>
#include <PCSC/reader.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READERS 4
#define PAYLOAD_BYTES 300
#define ANSWER_MS 3000
#define FIXED_PART 19
#define HEADER_BYTES 5
#define CONTROL_VERIFY SCARD_CTL_CODE(3600)
#define CONTROL_PROPERTIES SCARD_CTL_CODE(3601)

/* Control bytes of vpcd. */
enum { POWER_OFF = 0, POWER_ON = 1, RESET = 2, SEND_ATR = 4 };
/* How a PIN entry ends without the card. [PC/SC part 10, 2.6; 6B80: invalid structure] */
enum { TIMED_OUT = 0x6400, CANCELLED = 0x6401, WRONG_LENGTH = 0x6403, INVALID = 0x6b80 };

struct reader {
  int open;
  DWORD lun;
  uint32_t channel;
  int door, card;
  char pad_path[108];
  int pad_door, pad;
  unsigned char atr[MAX_ATR_SIZE];
  unsigned atr_bytes;
};

static struct reader readers[READERS];

static struct reader *reader_of(DWORD lun) {
  for (int i = 0; i < READERS; i++)
    if (readers[i].open && readers[i].lun == lun) return &readers[i];
  return NULL;
}

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void hang_up(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* 1 when readable, 0 when the time is over. */
static int readable(int fd, long until) {
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  long rest = until - now_ms();
  return poll(&wait, 1, rest > 0 ? (int)rest : 0) > 0;
}

static int read_fully(int fd, unsigned char *bytes, size_t wanted, long until) {
  for (size_t done = 0; done < wanted;) {
    if (!readable(fd, until)) return 0;
    ssize_t got = recv(fd, bytes + done, wanted - done, 0);
    if (got <= 0) return 0;
    done += (size_t)got;
  }
  return 1;
}

/* A card that answers too late must not answer the next question. */
static void forget_late_answers(int fd) {
  unsigned char rest[PAYLOAD_BYTES];
  while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0) {
  }
}

static int tell(int card, const unsigned char *bytes, size_t length) {
  unsigned char framed[2 + PAYLOAD_BYTES];
  if (length > PAYLOAD_BYTES) return 0;
  framed[0] = (unsigned char)(length >> 8);
  framed[1] = (unsigned char)length;
  memcpy(framed + 2, bytes, length);
  return send(card, framed, length + 2, MSG_NOSIGNAL) == (ssize_t)(length + 2);
}

static int tell_control(int card, unsigned char control) { return tell(card, &control, 1); }

/* The length of the answer, or -1. */
static int ask(int card, const unsigned char *bytes, size_t length, unsigned char *answer,
               size_t room) {
  unsigned char head[2];
  long until = now_ms() + ANSWER_MS;
  forget_late_answers(card);
  if (!tell(card, bytes, length) || !read_fully(card, head, 2, until)) return -1;
  size_t coming = (size_t)head[0] << 8 | head[1];
  if (coming > room || !read_fully(card, answer, coming, until)) return -1;
  return (int)coming;
}

static int is_closed(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* A card that is there now; a card that left first is let go of. */
static int card_is_there(struct reader *reader) {
  if (reader->card >= 0 && is_closed(reader->card)) {
    hang_up(&reader->card);
    reader->atr_bytes = 0;
  }
  if (reader->card < 0) reader->card = accept4(reader->door, NULL, NULL, SOCK_CLOEXEC);
  return reader->card >= 0;
}

static int listen_on_port(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0)
    hang_up(&fd);
  return fd;
}

static int listen_on_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  unlink(path);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0)
    hang_up(&fd);
  return fd;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name) {
  struct reader *reader = NULL;
  int port, fields;
  unsigned channel;
  char path[sizeof reader->pad_path] = "";
  for (int i = 0; i < READERS && reader == NULL; i++)
    if (!readers[i].open) reader = &readers[i];
  fields = sscanf(name, "%d:%x:%107s", &port, &channel, path);
  if (reader == NULL || fields < 2) return IFD_COMMUNICATION_ERROR;
  *reader = (struct reader){.lun = lun, .channel = channel, .card = -1, .pad_door = -1, .pad = -1};
  memcpy(reader->pad_path, path, sizeof path);
  reader->door = listen_on_port(port);
  if (fields == 3) reader->pad_door = listen_on_path(path);
  reader->open = reader->door >= 0 && (fields == 2 || reader->pad_door >= 0);
  return reader->open ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
  (void)lun;
  (void)channel;
  return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
  struct reader *reader = reader_of(lun);
  if (reader == NULL) return IFD_COMMUNICATION_ERROR;
  hang_up(&reader->card);
  hang_up(&reader->door);
  hang_up(&reader->pad);
  hang_up(&reader->pad_door);
  reader->open = 0;
  return IFD_SUCCESS;
}

static RESPONSECODE give(PDWORD length, PUCHAR value, const void *content, DWORD bytes) {
  if (*length < bytes) return IFD_ERROR_INSUFFICIENT_BUFFER;
  *length = bytes;
  if (value != NULL) memcpy(value, content, bytes);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
  struct reader *reader = reader_of(lun);
  const unsigned char one = 1, many = READERS;
  if (reader == NULL) return IFD_COMMUNICATION_ERROR;
  switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING:
      return give(length, value, reader->atr, reader->atr_bytes);
    case TAG_IFD_SLOTS_NUMBER:
    case TAG_IFD_THREAD_SAFE:
      return give(length, value, &one, 1);
    case TAG_IFD_SIMULTANEOUS_ACCESS:
      return give(length, value, &many, 1);
    case SCARD_ATTR_CHANNEL_ID:
      return give(length, value, &reader->channel, sizeof reader->channel);
    default:
      return IFD_ERROR_TAG;
  }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) {
  (void)lun;
  (void)tag;
  (void)length;
  (void)value;
  return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1,
                                       UCHAR pts2, UCHAR pts3) {
  (void)lun;
  (void)protocol;
  (void)flags;
  (void)pts1;
  (void)pts2;
  (void)pts3;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD atr_bytes) {
  struct reader *reader = reader_of(lun);
  const unsigned char want = SEND_ATR;
  if (reader == NULL) return IFD_COMMUNICATION_ERROR;
  *atr_bytes = 0;
  if (action == IFD_POWER_DOWN) {
    if (reader->card >= 0) tell_control(reader->card, POWER_OFF);
    reader->atr_bytes = 0;
    return IFD_SUCCESS;
  }
  if (!card_is_there(reader)) return IFD_ERROR_POWER_ACTION;
  if (!tell_control(reader->card, action == IFD_RESET ? RESET : POWER_ON))
    return IFD_ERROR_POWER_ACTION;
  int got = ask(reader->card, &want, 1, reader->atr, sizeof reader->atr);
  /* One byte is no ATR: a card that is mute. */
  reader->atr_bytes = got > 1 ? (unsigned)got : 0;
  if (reader->atr_bytes == 0) return IFD_ERROR_POWER_ACTION;
  memcpy(atr, reader->atr, reader->atr_bytes);
  *atr_bytes = reader->atr_bytes;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send_pci, PUCHAR apdu, DWORD length,
                               PUCHAR answer, PDWORD answer_bytes, PSCARD_IO_HEADER recv_pci) {
  struct reader *reader = reader_of(lun);
  DWORD room = *answer_bytes;
  (void)send_pci;
  (void)recv_pci;
  *answer_bytes = 0;
  if (reader == NULL || reader->card < 0) return IFD_COMMUNICATION_ERROR;
  int got = ask(reader->card, apdu, length, answer, room);
  if (got < 0) return IFD_COMMUNICATION_ERROR;
  *answer_bytes = (DWORD)got;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
  struct reader *reader = reader_of(lun);
  if (reader == NULL) return IFD_COMMUNICATION_ERROR;
  return card_is_there(reader) ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}

static size_t put_feature(unsigned char *at, unsigned char tag, uint32_t control) {
  uint32_t big_endian = htonl(control);
  at[0] = tag;
  at[1] = sizeof big_endian;
  memcpy(at + 2, &big_endian, sizeof big_endian);
  return 2 + sizeof big_endian;
}

/* What is wrong with the structure, or NULL. */
static const char *fault_of(const unsigned char *bytes, size_t length) {
  PIN_VERIFY_STRUCTURE want;
  if (length < FIXED_PART + HEADER_BYTES) return "too short";
  memcpy(&want, bytes, FIXED_PART);
  unsigned block = want.bmPINBlockString;
  unsigned least = want.wPINMaxExtraDigit >> 8, most = want.wPINMaxExtraDigit & 0xff;
  const unsigned char *apdu = bytes + FIXED_PART;
  if (want.bTimerOut == 0) return "no time limit";
  if (want.bmFormatString != 0x82) return "not: bytes, at the start, left, ASCII";
  if (block < 1 || block > 15) return "no PIN block of fixed size";
  if (want.bmPINLengthFormat != 0) return "a PIN length in the APDU";
  if (least < 1 || least > most || most > block) return "PIN sizes that do not fit the block";
  if (want.bEntryValidationCondition < 1 || want.bEntryValidationCondition > 7)
    return "no condition ends the entry";
  if (want.bNumberMessage != 0 && want.bNumberMessage != 1 && want.bNumberMessage != 0xff)
    return "a number of messages that does not exist";
  if (want.bMsgIndex != 0) return "a message that does not exist";
  if (want.bTeoPrologue[0] | want.bTeoPrologue[1] | want.bTeoPrologue[2]) return "a T=1 prologue";
  if (want.ulDataLength != length - FIXED_PART) return "data of another length";
  if (want.ulDataLength != HEADER_BYTES + block || apdu[4] != block) return "a wrong Lc";
  for (unsigned i = HEADER_BYTES; i < want.ulDataLength; i++)
    if (apdu[i] != 0xff) return "a block that is not empty";
  return NULL;
}

static void say(struct reader *reader, const char *line) {
  if (reader->pad >= 0 && send(reader->pad, line, strlen(line), MSG_NOSIGNAL) < 0)
    hang_up(&reader->pad);
}

/* A key; 0 when the time is over, -1 when the card has left. */
static int next_key(struct reader *reader, const char *prompt, long until) {
  for (;;) {
    struct pollfd wait[3] = {{.fd = reader->pad_door, .events = POLLIN},
                             {.fd = reader->pad, .events = POLLIN},
                             {.fd = reader->card, .events = POLLRDHUP}};
    long rest = until - now_ms();
    if (rest <= 0 || poll(wait, 3, (int)rest) <= 0) return 0;
    if (wait[2].revents != 0) return -1;
    if (wait[0].revents != 0) {
      hang_up(&reader->pad);
      reader->pad = accept4(reader->pad_door, NULL, NULL, SOCK_CLOEXEC);
      say(reader, prompt);
    } else if (wait[1].revents != 0) {
      char key;
      if (recv(reader->pad, &key, 1, 0) == 1) return key;
      hang_up(&reader->pad);
    }
  }
}

/* Fills the PIN into the APDU. 0, a status of the pad, or -1 when the card has left. */
static int let_enter(struct reader *reader, const PIN_VERIFY_STRUCTURE *want, unsigned char *apdu) {
  unsigned least = want->wPINMaxExtraDigit >> 8, most = want->wPINMaxExtraDigit & 0xff, typed = 0;
  long until = now_ms() + want->bTimerOut * 1000L;
  char prompt[40];
  snprintf(prompt, sizeof prompt, "enter %u %u %u\n", least, most, want->bTimerOut);
  if (reader->pad < 0) reader->pad = accept4(reader->pad_door, NULL, NULL, SOCK_CLOEXEC);
  if (reader->pad >= 0) forget_late_answers(reader->pad);
  say(reader, prompt);
  for (;;) {
    int key = next_key(reader, prompt, until);
    if (key < 0) return -1;
    if (key == 0 || key == 'T') return TIMED_OUT;
    if (key == 'C') return CANCELLED;
    if (key >= '0' && key <= '9' && typed < most) apdu[HEADER_BYTES + typed++] = (unsigned char)key;
    if (key == 'E' && typed < least) return WRONG_LENGTH;
    if (key == 'E' || (typed == most && (want->bEntryValidationCondition & 1))) return 0;
  }
}

static RESPONSECODE verify_pin(struct reader *reader, const unsigned char *bytes, size_t length,
                               unsigned char *answer, DWORD room, LPDWORD answer_bytes) {
  const char *fault = fault_of(bytes, length);
  unsigned char apdu[HEADER_BYTES + 15];
  PIN_VERIFY_STRUCTURE want;
  int got = 2, status = INVALID;
  char line[80];
  if (room < 2 || reader->card < 0) return IFD_COMMUNICATION_ERROR;
  if (fault == NULL) {
    memcpy(&want, bytes, FIXED_PART);
    memcpy(apdu, bytes + FIXED_PART, want.ulDataLength);
    status = let_enter(reader, &want, apdu);
  } else {
    fprintf(stderr, "pinpad: %s\n", fault);
  }
  if (status == 0) {
    got = ask(reader->card, apdu, want.ulDataLength, answer, room);
    explicit_bzero(apdu, sizeof apdu);
    if (got >= 2) status = answer[got - 2] << 8 | answer[got - 1];
  } else if (status > 0) {
    answer[0] = (unsigned char)(status >> 8);
    answer[1] = (unsigned char)status;
  }
  snprintf(line, sizeof line, "left %04x\n", status > 0 ? status : 0);
  say(reader, line);
  if (status <= 0 || got < 0) return IFD_COMMUNICATION_ERROR;
  *answer_bytes = (DWORD)got;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD control, PUCHAR bytes, DWORD length, PUCHAR answer,
                         DWORD room, LPDWORD answer_bytes) {
  struct reader *reader = reader_of(lun);
  *answer_bytes = 0;
  if (reader == NULL) return IFD_COMMUNICATION_ERROR;
  int has_pad = reader->pad_door >= 0;
  if (control == CM_IOCTL_GET_FEATURE_REQUEST) {
    unsigned char features[12];
    size_t put = put_feature(features, FEATURE_GET_TLV_PROPERTIES, CONTROL_PROPERTIES);
    if (has_pad) put += put_feature(features + put, FEATURE_VERIFY_PIN_DIRECT, CONTROL_VERIFY);
    if (room < put) return IFD_ERROR_INSUFFICIENT_BUFFER;
    memcpy(answer, features, put);
    *answer_bytes = put;
    return IFD_SUCCESS;
  }
  if (control == CONTROL_VERIFY && has_pad)
    return verify_pin(reader, bytes, length, answer, room, answer_bytes);
  return IFD_ERROR_NOT_SUPPORTED;
}
