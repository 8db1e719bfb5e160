/* client: the least that a client of HTTP/1.1 can do, as a limit to be held against.
 *
 *   client PORT CONNECTIONS SECONDS        closed loop, epoll, no clock per request
 *   client PORT CONNECTIONS SECONDS RATE   one request at every 1/RATE seconds, spinning all the time
 *
 * It takes every answer to be as long as the first one. It prints the number of answers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

static int64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static void ask(int fd) {
	if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) fail("send");
}

int main(int argc, char **argv) {
	if (argc < 4) {
		fprintf(stderr, "usage: client PORT CONNECTIONS SECONDS [RATE]\n");
		return 2;
	}
	int conns = atoi(argv[2]);
	double rate = argc > 4 ? atof(argv[4]) : 0;
	int64_t length = atoll(argv[3]) * 1000000000LL;
	int ep = epoll_create1(0), *idle = calloc(conns, sizeof *idle), idles = 0;
	size_t *got = calloc(65536, sizeof *got), whole = 0;
	char buf[65536];

	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	for (int i = 0, one = 1; i < conns; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (void *)&address, sizeof address)) fail("connect");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (i == 0) { /* the first answer says how long they are */
			ask(fd);
			ssize_t n = 0;
			char *body, *field;
			do {
				ssize_t k = read(fd, buf + n, sizeof buf - 1 - n);
				if (k <= 0) fail("read");
				buf[n += k] = 0;
			} while (!(body = strstr(buf, "\r\n\r\n")));
			if (!(field = strcasestr(buf, "content-length:"))) fail("the answer has no Content-Length");
			whole = (body + 4 - buf) + atol(field + 15);
			while ((size_t)n < whole) {
				ssize_t k = read(fd, buf, sizeof buf);
				if (k <= 0) fail("read");
				n += k;
			}
		}
		fcntl(fd, F_SETFL, O_NONBLOCK);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
		idle[idles++] = fd;
	}
	uint64_t answers = 0, sent = 0;
	int64_t start = now(), end = start + length;
	if (!rate) while (idles) ask(idle[--idles]);
	for (int64_t t = start; t < end;) {
		struct epoll_event events[256];
		int n = epoll_wait(ep, events, 256, rate ? 0 : 100);
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			ssize_t k = read(fd, buf, sizeof buf);
			if (k < 0 && errno == EAGAIN) continue;
			if (k <= 0) fail("read");
			if ((got[fd] += k) < whole) continue;
			got[fd] = 0;
			answers++;
			if (rate) idle[idles++] = fd;
			else ask(fd);
		}
		t = now();
		while (rate && idles && t >= start + (int64_t)(sent * 1e9 / rate)) {
			ask(idle[--idles]);
			sent++;
			t = now();
		}
	}
	printf("%llu\n", (unsigned long long)answers);
	return 0;
}
