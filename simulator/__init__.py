"""In: real hourly energy. Out: meters that answer on real sockets (Modbus TCP, MQTT). I/O."""
