/* libmodbus on either side: a slave of 200 registers, or a master that reads once and prints.
   libmodbus_peer slave tcp|rtu PLACE | libmodbus_peer master tcp|rtu PLACE UNIT FC FIRST COUNT */
#include <modbus.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGISTERS = 200, BAUD = 115200 };

static int serve(modbus_t *bus, int is_tcp)
{
    modbus_mapping_t *map = modbus_mapping_new(0, 0, REGISTERS, REGISTERS);
    uint8_t question[MODBUS_TCP_MAX_ADU_LENGTH];
    int listener = -1, size;

    for (int n = 0; n < REGISTERS; n++) {
        map->tab_registers[n] = 3 * n + 7;
        map->tab_input_registers[n] = 5 * n + 1;
    }
    if (is_tcp ? (listener = modbus_tcp_listen(bus, 2)) < 0 : modbus_connect(bus) < 0)
        return 2;
    puts("ready");
    fflush(stdout);
    for (;;) {
        if (is_tcp)
            modbus_tcp_accept(bus, &listener);
        while ((size = modbus_receive(bus, question)) >= 0)
            if (size > 0)
                modbus_reply(bus, question, size, map);
    }
}

static int ask(modbus_t *bus, int code, int first, int count)
{
    uint16_t found[MODBUS_MAX_READ_REGISTERS];
    int got;

    modbus_set_response_timeout(bus, 2, 0);
    if (modbus_connect(bus) < 0)
        return 2;
    got = code == 3 ? modbus_read_registers(bus, first, count, found)
                    : modbus_read_input_registers(bus, first, count, found);
    if (got < 0)
        printf("refused: %s\n", modbus_strerror(errno));
    for (int n = 0; n < got; n++)
        printf("%u\n", found[n]);
    return 0;
}

int main(int many, char **words)
{
    int is_tcp = many > 3 && !strcmp(words[2], "tcp");
    modbus_t *bus;

    if (many < 4)
        return 1;
    bus = is_tcp ? modbus_new_tcp("127.0.0.1", atoi(words[3]))
                 : modbus_new_rtu(words[3], many > 4 ? 9600 : BAUD, 'N', 8, 1);
    modbus_set_slave(bus, many > 4 ? atoi(words[4]) : 1);
    return many > 7 ? ask(bus, atoi(words[5]), atoi(words[6]), atoi(words[7])) : serve(bus, is_tcp);
}
