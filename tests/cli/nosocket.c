/*
 * nosocket COMMAND...: runs a command that the kernel kills (SIGSYS) as soon as it asks for a socket of any
 * kind: the proof that --offline opens none.
 */
#include "support/nosocket.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 2)
        return 64;
    if (!nosocket()) {
        perror("nosocket");
        return 99;
    }
    execv(argv[1], argv + 1);
    perror(argv[1]);
    return 99;
}
