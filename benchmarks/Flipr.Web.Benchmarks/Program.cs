// How the map bears 20,000 listings with 50 more a second, in a real browser that draws without a graphics card:
//   dotnet run -c Release --project benchmarks/Flipr.Web.Benchmarks -- [minutes]
// Ends with 1 when a bound is broken.
using System.Globalization;
using Flipr.Web.Benchmarks;

double minutes = args is [var text] ? double.Parse(text, CultureInfo.InvariantCulture) : 2;
return await MapBenchmark.RunAsync(TimeSpan.FromMinutes(minutes));
