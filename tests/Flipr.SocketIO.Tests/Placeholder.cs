namespace Flipr.SocketIO.Tests;
