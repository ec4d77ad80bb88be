namespace Flipr.EndToEnd.Tests;
