"""Run a Modbus slave written by others: `foreign_slave.py LIBRARY TRANSPORT PLACE [FOLDER]`.

The one of libmodbus is libmodbus_peer.c.

Unit 1 (every unit where the library knows none) holds 3 x address + 7 in its holding registers and
5 x address + 1 in its input registers, addresses 0 to 199. It says "ready" when it listens.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading

REGISTERS = 200
HOLDING = [3 * n + 7 for n in range(REGISTERS)]
INPUT = [5 * n + 1 for n in range(REGISTERS)]
BAUD = 115_200


def ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def until_listening(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.01)
        else:
            return


def pymodbus(transport: str, place: str, folder: str) -> None:
    from pymodbus import FramerType
    from pymodbus.server import (
        ModbusSerialServer,
        ModbusTcpServer,
        ModbusTlsServer,
        ModbusUdpServer,
    )
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def serve() -> None:
        coils = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
        registers = [
            [SimData(0, values=values, datatype=DataType.REGISTERS)] for values in (HOLDING, INPUT)
        ]
        device = SimDevice(1, simdata=(coils, coils, *registers))
        if transport == "rtu":
            server = ModbusSerialServer(device, port=place, baudrate=BAUD, framer=FramerType.RTU)
        elif transport == "rtu_over_tcp":
            address = ("127.0.0.1", int(place))
            server = ModbusTcpServer(device, address=address, framer=FramerType.RTU)
        elif transport == "udp":
            server = ModbusUdpServer(device, address=("127.0.0.1", int(place)))
        elif transport == "tls":
            context = ssl.create_default_context(
                ssl.Purpose.CLIENT_AUTH, cafile=f"{folder}/authority.pem"
            )
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_cert_chain(f"{folder}/device.pem", f"{folder}/device.key")
            address = ("127.0.0.1", int(place))
            server = ModbusTlsServer(device, address=address, sslctx=context)
        else:
            server = ModbusTcpServer(device, address=("127.0.0.1", int(place)))
        await server.serve_forever(background=True)
        ready()
        await asyncio.Event().wait()

    asyncio.run(serve())


def pymodbustcp(transport: str, place: str, folder: str) -> None:
    from pyModbusTCP.server import DataBank, ModbusServer

    bank = DataBank(h_regs_size=REGISTERS, i_regs_size=REGISTERS)
    bank.set_holding_registers(0, HOLDING)
    bank.set_input_registers(0, INPUT)
    ModbusServer(host="127.0.0.1", port=int(place), no_block=True, data_bank=bank).start()
    ready()
    threading.Event().wait()


def umodbus(transport: str, place: str, folder: str) -> None:
    if transport == "rtu":
        from serial import Serial
        from umodbus.server.serial import get_server
        from umodbus.server.serial.rtu import RTUServer

        server = get_server(RTUServer, Serial(place, baudrate=BAUD, timeout=1))
    else:
        from socketserver import TCPServer

        from umodbus.server.tcp import RequestHandler, get_server

        server = get_server(TCPServer, ("127.0.0.1", int(place)), RequestHandler)
    for code, values in ((3, HOLDING), (4, INPUT)):

        @server.route(slave_ids=[1], function_codes=[code], addresses=list(range(REGISTERS)))
        def read(
            slave_id: int, function_code: int, address: int, values: list[int] = values
        ) -> int:
            return values[address]

    ready()
    server.serve_forever()


def modbus_tk(transport: str, place: str, folder: str) -> None:
    from modbus_tk import defines, modbus_rtu, modbus_tcp

    if transport == "rtu":
        from serial import Serial

        server = modbus_rtu.RtuServer(Serial(place, baudrate=BAUD), interchar_multiplier=3)
    else:
        server = modbus_tcp.TcpServer(port=int(place), address="127.0.0.1")
    server.start()
    slave = server.add_slave(1)
    slave.add_block("h", defines.HOLDING_REGISTERS, 0, REGISTERS)
    slave.add_block("i", defines.READ_INPUT_REGISTERS, 0, REGISTERS)
    slave.set_values("h", 0, HOLDING)
    slave.set_values("i", 0, INPUT)
    if transport == "tcp":
        until_listening(int(place))  # its thread listens when it comes to it
    ready()
    threading.Event().wait()


LIBRARIES = {each.__name__: each for each in (pymodbus, pymodbustcp, umodbus, modbus_tk)}

if __name__ == "__main__":
    LIBRARIES[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "")
