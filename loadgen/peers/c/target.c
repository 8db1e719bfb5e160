/* target: an HTTP/1.1 server that is cheaper than any client and knows what it saw.
 *
 *   target PORT [-b] [-d MICROSECONDS] [-s MILLISECONDS] [-l FILE]
 *
 *   -b  poll all the time, so that no stamp waits for a wake-up
 *   -d  service time of every request
 *   -s  stall: an answer due in the first so many milliseconds after second 2 of every
 *       5 seconds since the first request is held until the stall ends
 *   -l  log the monotonic clock at each request's arrival: 8 bytes, nanoseconds
 *
 * On SIGTERM or SIGINT it prints the number of requests and ends. A request is
 * whatever ends in an empty line; it has no body.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";

enum { MAX_FDS = 65536, MAX_HELD = 1 << 20 };

static struct { int64_t due; int fd; } held[MAX_HELD];
static uint32_t held_head, held_tail;
static int matched[MAX_FDS]; /* how much of the empty line was seen */
static volatile sig_atomic_t over;

static void stop(int sig) { (void)sig; over = 1; }

static int64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
	perror(what);
	exit(1);
}

int main(int argc, char **argv) {
	int busy = 0;
	int64_t delay = 0, stall = 0, first = 0;
	uint64_t requests = 0;
	FILE *log = NULL;
	if (argc < 2) {
		fprintf(stderr, "usage: target PORT [-b] [-d us] [-s ms] [-l file]\n");
		return 2;
	}
	optind = 2;
	for (int c; (c = getopt(argc, argv, "bd:s:l:")) != -1;) {
		if (c == 'b') busy = 1;
		else if (c == 'd') delay = atoll(optarg) * 1000;
		else if (c == 's') stall = atoll(optarg) * 1000000;
		else if (c == 'l') { if (!(log = fopen(optarg, "w"))) fail(optarg); }
		else return 2;
	}
	struct sigaction action = {.sa_handler = stop};
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1);

	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
	int ep = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &event);

	while (!over) {
		struct timespec wait = {.tv_nsec = 100000000};
		int64_t t = now();
		if (held_head != held_tail) {
			int64_t left = held[held_head % MAX_HELD].due - t;
			if (left < 0) left = 0;
			if (left < wait.tv_nsec) wait.tv_nsec = left;
		}
		if (busy) wait.tv_nsec = 0;
		int n = epoll_pwait2(ep, events, 256, &wait, NULL);
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == listener) {
				while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
					if (fd >= MAX_FDS) { close(fd); continue; }
					setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
					matched[fd] = 0;
					event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
					epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
				}
				continue;
			}
			char buf[16384];
			ssize_t got = read(fd, buf, sizeof buf);
			if (got <= 0) {
				if (got == 0 || errno != EAGAIN) close(fd);
				continue;
			}
			for (ssize_t k = 0; k < got; k++) {
				int m = matched[fd];
				m = buf[k] == "\r\n\r\n"[m] ? m + 1 : buf[k] == '\r';
				matched[fd] = m % 4;
				if (m < 4) continue;
				requests++;
				int64_t at = 0;
				if (delay || stall || log) at = now();
				if (log) fwrite(&at, sizeof at, 1, log);
				if (!delay && !stall) {
					if (write(fd, answer, sizeof answer - 1) < 0 && errno != EAGAIN) close(fd);
					continue;
				}
				if (!first) first = at;
				int64_t due = at + delay, phase = (due - first) % 5000000000LL;
				if (stall && phase >= 2000000000LL && phase < 2000000000LL + stall) due += 2000000000LL + stall - phase;
				held[held_tail % MAX_HELD].due = due;
				held[held_tail++ % MAX_HELD].fd = fd;
			}
		}
		for (t = now(); held_head != held_tail && held[held_head % MAX_HELD].due <= t; held_head++) {
			int fd = held[held_head % MAX_HELD].fd;
			if (write(fd, answer, sizeof answer - 1) < 0 && errno != EAGAIN && errno != EBADF) close(fd);
		}
	}
	if (log) fclose(log);
	printf("%llu\n", (unsigned long long)requests);
	return 0;
}
