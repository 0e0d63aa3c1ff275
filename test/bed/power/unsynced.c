/*
 * unsynced: a folder on a disk whose power is cut. For kernels without device-mapper.
 *
 *   unsynced SEED LIVE DURABLE MOUNT [uncached]
 *
 * MOUNT shows the folder LIVE. What a program has synced (fsync, fdatasync) is also in DURABLE, the rest
 * only in LIVE, as it would be only in memory. Commands on standard input, each answered by one line:
 *
 *   cut PERCENT      from here on every call fails with EIO. DURABLE/tree becomes what is found after the
 *                    power is back: all that was synced, and of the rest each page of 4 KiB with this
 *                    chance, one in eight of them torn at a sector. Names (made, moved, removed) come in
 *                    the order in which they were made: those before the last sync of any file are there,
 *                    as in the journal of ext4; the later ones with the same chance, all or none.
 *                    Answer: "cut LOST KEPT TORN", pages.
 *
 *   refuse ERRNO     until told otherwise every call that writes fails with this number: 5 EIO, 28 ENOSPC,
 *                    30 EROFS; 0: none does. Reads go on. Answer: "ok".
 *
 *   blind ERRNO      until told otherwise every read of a database or its WAL fails with this number; 0: none
 *                    does. With `uncached` also of what the kernel would have in its cache. Answer: "ok".
 *
 * A file whose name came through and whose bytes did not is short or empty. The end of standard input
 * ends everything.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define SECTOR 512
#define PATH 1024

/* A file or folder, whatever it is called at the moment. `copy` holds the synced bytes of a file. */
struct node {
  int is_folder, copy, is_resized;
  mode_t mode;
  off_t durable_size;
  uint8_t *dirty;
  size_t pages;
};

struct name {
  char path[PATH];
  struct node *node;
};

/* Every name of a moment. */
struct names {
  struct name *of;
  size_t count;
};

static const char *live, *durable;
static struct names now, synced;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_cut, copies, refused, blind, is_uncached;
static uint64_t seed;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t chance(void) {
  uint64_t z = seed += 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void at(char *to, const char *folder, const char *path) {
  if (snprintf(to, PATH, "%s%s", folder, path) >= PATH) die("path too long");
}

static struct name *find(struct names *in, const char *path) {
  for (size_t i = 0; i < in->count; i++)
    if (strcmp(in->of[i].path, path) == 0) return &in->of[i];
  return NULL;
}

static void add(struct names *to, const char *path, struct node *node) {
  to->of = realloc(to->of, (to->count + 1) * sizeof *to->of);
  if (to->of == NULL) die("realloc");
  at(to->of[to->count].path, "", path);
  to->of[to->count++].node = node;
}

static void drop(struct names *from, const char *path) {
  struct name *found = find(from, path);
  if (found != NULL) *found = from->of[--from->count];
}

static struct node *make(int is_folder, mode_t mode) {
  struct node *node = calloc(1, sizeof *node);
  char path[PATH], file[32];
  if (node == NULL) die("calloc");
  node->is_folder = is_folder, node->mode = mode & 07777, node->copy = -1;
  if (is_folder) return node;
  snprintf(file, sizeof file, "/copy-%d", copies++);
  at(path, durable, file);
  node->copy = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (node->copy < 0 || unlink(path) < 0) die(path);
  return node;
}

static void soil(struct node *node, off_t from, off_t length) {
  if (length <= 0) return;
  size_t last = (from + length - 1) / PAGE;
  if (last >= node->pages) {
    node->dirty = realloc(node->dirty, last + 64);
    if (node->dirty == NULL) die("realloc");
    memset(node->dirty + node->pages, 0, last + 64 - node->pages);
    node->pages = last + 64;
  }
  memset(node->dirty + from / PAGE, 1, last - from / PAGE + 1);
}

static void resize(struct node *node, off_t size) {
  node->is_resized = 1;
  if (size % PAGE != 0) soil(node, size, 1);
}

/* The first `length` bytes of a page, as they are in the live file. */
static void copy_page(struct node *node, int file, size_t page, size_t length) {
  char bytes[PAGE];
  ssize_t got = pread(file, bytes, length, (off_t)page * PAGE);
  if (got > 0 && pwrite(node->copy, bytes, got, (off_t)page * PAGE) != got) die("copy");
}

static void sync_names(void) {
  free(synced.of);
  synced = (struct names){NULL, 0};
  for (size_t i = 0; i < now.count; i++) add(&synced, now.of[i].path, now.of[i].node);
}

static int sync_file(struct node *node, int file) {
  struct stat stat;
  if (fstat(file, &stat) < 0) return -errno;
  for (size_t page = 0; page < node->pages; page++)
    if (node->dirty[page]) copy_page(node, file, page, PAGE), node->dirty[page] = 0;
  if (ftruncate(node->copy, stat.st_size) < 0) die("copy");
  node->durable_size = stat.st_size, node->is_resized = 0;
  sync_names();
  return 0;
}

/* Every call of the file system: alone, and none after the power has gone. */
#define CALL(work)                     \
  do {                                 \
    int answer = -EIO;                 \
    pthread_mutex_lock(&lock);         \
    if (!is_cut) answer = (work);      \
    pthread_mutex_unlock(&lock);       \
    return answer;                     \
  } while (0)
#define WRITES(work) CALL(refused ? -refused : (work))
#define REAL(path) char real[PATH]; at(real, live, path)
#define SAID(call) ((call) < 0 ? -errno : 0)

static struct node *node_of(const char *path) {
  struct name *found = find(&now, path);
  if (found == NULL) die(path);
  return found->node;
}

static int on_getattr(const char *path, struct stat *to, struct fuse_file_info *info) {
  REAL(path);
  (void)info;
  CALL(SAID(lstat(real, to)));
}

static int list(const char *real, void *to, fuse_fill_dir_t fill) {
  DIR *folder = opendir(real);
  if (folder == NULL) return -errno;
  for (struct dirent *one; (one = readdir(folder)) != NULL;) fill(to, one->d_name, NULL, 0, 0);
  closedir(folder);
  return 0;
}

static int on_readdir(const char *path, void *to, fuse_fill_dir_t fill, off_t from,
                      struct fuse_file_info *info, enum fuse_readdir_flags flags) {
  REAL(path);
  (void)from, (void)info, (void)flags;
  CALL(list(real, to, fill));
}

static int is_database(const char *path) {
  size_t length = strlen(path);
  return (length > 3 && strcmp(path + length - 3, ".db") == 0) ||
         (length > 7 && strcmp(path + length - 7, ".db-wal") == 0);
}

static int open_file(const char *path, const char *real, struct fuse_file_info *info) {
  int file = open(real, (info->flags & ~(O_ACCMODE | O_CREAT | O_EXCL | O_APPEND)) | O_RDWR);
  if (file < 0) return -errno;
  if (info->flags & O_TRUNC) resize(node_of(path), 0);
  info->fh = file, info->direct_io = is_uncached && is_database(path);
  return 0;
}

static int on_open(const char *path, struct fuse_file_info *info) {
  REAL(path);
  CALL(open_file(path, real, info));
}

static int create(const char *path, const char *real, mode_t mode, struct fuse_file_info *info) {
  int file = open(real, O_RDWR | O_CREAT | O_TRUNC, mode);
  if (file < 0) return -errno;
  if (find(&now, path) == NULL) add(&now, path, make(0, mode));
  info->fh = file, info->direct_io = is_uncached && is_database(path);
  return 0;
}

static int on_create(const char *path, mode_t mode, struct fuse_file_info *info) {
  REAL(path);
  WRITES(create(path, real, mode, info));
}

static int read_some(char *to, size_t size, off_t from, struct fuse_file_info *info) {
  ssize_t got = pread(info->fh, to, size, from);
  return got < 0 ? -errno : (int)got;
}

static int on_read(const char *path, char *to, size_t size, off_t from, struct fuse_file_info *info) {
  CALL(blind && is_database(path) ? -blind : read_some(to, size, from, info));
}

static int write_some(const char *path, const char *bytes, size_t size, off_t from,
                      struct fuse_file_info *info) {
  struct node *node = node_of(path);
  struct stat before;
  if (fstat(info->fh, &before) < 0) return -errno;
  ssize_t put = pwrite(info->fh, bytes, size, from);
  if (put < 0) return -errno;
  soil(node, from, put);
  if (from + put > before.st_size) node->is_resized = 1;
  return (int)put;
}

static int on_write(const char *path, const char *bytes, size_t size, off_t from,
                    struct fuse_file_info *info) {
  WRITES(write_some(path, bytes, size, from, info));
}

static int cut_off(const char *path, const char *real, off_t size) {
  if (truncate(real, size) < 0) return -errno;
  resize(node_of(path), size);
  return 0;
}

static int on_truncate(const char *path, off_t size, struct fuse_file_info *info) {
  REAL(path);
  (void)info;
  WRITES(cut_off(path, real, size));
}

static int allocate(const char *path, int mode, off_t from, off_t length,
                    struct fuse_file_info *info) {
  if (fallocate(info->fh, mode, from, length) < 0) return -errno;
  node_of(path)->is_resized = 1;
  if (mode != 0) soil(node_of(path), from, length);
  return 0;
}

static int on_fallocate(const char *path, int mode, off_t from, off_t length,
                        struct fuse_file_info *info) {
  WRITES(allocate(path, mode, from, length, info));
}

static int on_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  (void)data_only;
  WRITES(sync_file(node_of(path), info->fh));
}

static int on_fsyncdir(const char *path, int data_only, struct fuse_file_info *info) {
  (void)path, (void)data_only, (void)info;
  CALL((sync_names(), 0));
}

static int on_release(const char *path, struct fuse_file_info *info) {
  (void)path;
  close(info->fh);
  return 0;
}

static int make_folder(const char *path, const char *real, mode_t mode) {
  if (mkdir(real, mode) < 0) return -errno;
  add(&now, path, make(1, mode));
  return 0;
}

static int on_mkdir(const char *path, mode_t mode) {
  REAL(path);
  WRITES(make_folder(path, real, mode));
}

static int gone(int said, const char *path) {
  if (said < 0) return -errno;
  drop(&now, path);
  return 0;
}

/* A socket: of this life alone, so it never comes through. */
static int on_mknod(const char *path, mode_t mode, dev_t device) {
  REAL(path);
  WRITES(S_ISSOCK(mode) ? SAID(mknod(real, mode, device)) : -EPERM);
}

static int on_unlink(const char *path) {
  REAL(path);
  WRITES(gone(unlink(real), path));
}

static int on_rmdir(const char *path) {
  REAL(path);
  WRITES(gone(rmdir(real), path));
}

static int move(const char *from, const char *to, unsigned flags) {
  char real_from[PATH], real_to[PATH], moved[PATH];
  size_t length = strlen(from);
  at(real_from, live, from), at(real_to, live, to);
  if (renameat2(AT_FDCWD, real_from, AT_FDCWD, real_to, flags) < 0) return -errno;
  drop(&now, to);
  for (size_t i = 0; i < now.count; i++) {
    char *path = now.of[i].path;
    if (strncmp(path, from, length) != 0 || (path[length] != 0 && path[length] != '/')) continue;
    at(moved, to, path + length);
    strcpy(path, moved);
  }
  return 0;
}

static int on_rename(const char *from, const char *to, unsigned flags) {
  WRITES(move(from, to, flags));
}

static int set_mode(const char *path, const char *real, mode_t mode) {
  if (chmod(real, mode) < 0) return -errno;
  struct name *found = find(&now, path);
  if (found != NULL) found->node->mode = mode & 07777;
  return 0;
}

static int on_chmod(const char *path, mode_t mode, struct fuse_file_info *info) {
  REAL(path);
  (void)info;
  CALL(set_mode(path, real, mode));
}

static int on_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *info) {
  REAL(path);
  (void)info;
  CALL(SAID(lchown(real, user, group)));
}

static int on_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *info) {
  REAL(path);
  (void)info;
  CALL(SAID(utimensat(AT_FDCWD, real, times, AT_SYMLINK_NOFOLLOW)));
}

static int on_statfs(const char *path, struct statvfs *to) {
  REAL(path);
  CALL(SAID(statvfs(real, to)));
}

static const struct fuse_operations calls = {
    .getattr = on_getattr, .readdir = on_readdir, .open = on_open, .create = on_create,
    .read = on_read, .write = on_write, .truncate = on_truncate, .fallocate = on_fallocate,
    .fsync = on_fsync, .fsyncdir = on_fsyncdir, .release = on_release, .mkdir = on_mkdir, .mknod = on_mknod,
    .unlink = on_unlink, .rmdir = on_rmdir, .rename = on_rename, .chmod = on_chmod,
    .chown = on_chown, .utimens = on_utimens, .statfs = on_statfs,
};

static int lost, kept, torn;

/* Of what was not synced, what the disk happened to have written. */
static void after_cut(struct node *node, const char *live_path, unsigned percent) {
  int file = live_path == NULL ? -1 : open(live_path, O_RDONLY);
  off_t size = node->durable_size;
  struct stat stat;
  for (size_t page = 0; page < node->pages; page++) {
    if (!node->dirty[page]) continue;
    if (file < 0 || chance() % 100 >= percent) {
      lost++;
      continue;
    }
    int is_torn = chance() % 8 == 0;
    copy_page(node, file, page, is_torn ? SECTOR * (1 + chance() % (PAGE / SECTOR - 1)) : PAGE);
    is_torn ? torn++ : kept++;
  }
  if (node->is_resized && file >= 0 && chance() % 100 < percent && fstat(file, &stat) == 0)
    size = stat.st_size;
  if (ftruncate(node->copy, size) < 0) die("copy");
  if (file >= 0) close(file);
}

static void put_back(struct node *node, const char *path) {
  char real[PATH], bytes[1 << 16];
  ssize_t got;
  at(real, durable, "/tree");
  strncat(real, path, PATH - strlen(real) - 1);
  if (node->is_folder) {
    if (mkdir(real, node->mode) < 0 && errno != EEXIST) die(real);
    return;
  }
  int file = open(real, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || fchmod(file, node->mode) < 0) die(real);
  for (off_t from = 0; (got = pread(node->copy, bytes, sizeof bytes, from)) > 0; from += got)
    if (write(file, bytes, got) != got) die(real);
  close(file);
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct name *)a)->path, ((const struct name *)b)->path);
}

static void cut(unsigned percent) {
  struct names *left = chance() % 100 < percent ? &now : &synced;
  char tree[PATH], real[PATH];
  at(tree, durable, "/tree");
  if (mkdir(tree, 0700) < 0) die(tree);
  /* A folder before what is in it. */
  qsort(left->of, left->count, sizeof *left->of, by_path);
  for (size_t i = 0; i < left->count; i++) {
    struct node *node = left->of[i].node;
    const char *live_path = NULL;
    for (size_t j = 0; j < now.count; j++)
      if (now.of[j].node == node) at(real, live, now.of[j].path), live_path = real;
    if (!node->is_folder) after_cut(node, live_path, percent);
    put_back(node, left->of[i].path);
  }
}

/* What was there at the start is on the disk. */
static void take_in(const char *path) {
  char real[PATH], inner[PATH];
  at(real, live, path);
  DIR *folder = opendir(real);
  if (folder == NULL) die(real);
  for (struct dirent *one; (one = readdir(folder)) != NULL;) {
    struct stat stat;
    if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0) continue;
    if (snprintf(inner, PATH, "%s/%s", path, one->d_name) >= PATH) die("path too long");
    at(real, live, inner);
    if (lstat(real, &stat) < 0) die(real);
    struct node *node = make(S_ISDIR(stat.st_mode), stat.st_mode);
    add(&now, inner, node);
    if (node->is_folder) {
      take_in(inner);
      continue;
    }
    int file = open(real, O_RDONLY);
    if (file < 0) die(real);
    soil(node, 0, stat.st_size);
    sync_file(node, file);
    close(file);
  }
  closedir(folder);
}

static void *obey(void *mount) {
  char word[16];
  unsigned number;
  while (scanf(" %15s %u", word, &number) == 2) {
    pthread_mutex_lock(&lock);
    if (strcmp(word, "cut") == 0) {
      is_cut = 1;
      cut(number);
      printf("cut %d %d %d\n", lost, kept, torn);
    } else {
      *(strcmp(word, "blind") == 0 ? &blind : &refused) = (int)number;
      puts("ok");
    }
    fflush(stdout);
    pthread_mutex_unlock(&lock);
  }
  fuse_exit(mount);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 5) return fputs("usage: unsynced SEED LIVE DURABLE MOUNT [uncached]\n", stderr), 64;
  is_uncached = argc > 5;
  seed = strtoull(argv[1], NULL, 10), live = argv[2], durable = argv[3];
  take_in("");
  sync_names();
  char *words[] = {argv[0], "-o", "default_permissions,attr_timeout=0,entry_timeout=0,negative_timeout=0"};
  struct fuse_args args = FUSE_ARGS_INIT(3, words);
  struct fuse *fuse = fuse_new(&args, &calls, sizeof calls, NULL);
  pthread_t thread;
  if (fuse == NULL || fuse_mount(fuse, argv[4]) < 0) return 1;
  puts("mounted");
  fflush(stdout);
  if (pthread_create(&thread, NULL, obey, fuse) != 0) die("thread");
  fuse_loop(fuse);
  fuse_unmount(fuse);
  return 0;
}
