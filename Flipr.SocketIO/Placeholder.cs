namespace Flipr.SocketIO;
