/// <summary>The app host cannot be put together. The message is for whoever starts it: what is wrong, and what to do.</summary>
internal sealed class AppHostException(string message) : Exception(message);
