namespace Flipr.Api.Tests;
