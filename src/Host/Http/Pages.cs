namespace BatchEngine.Host.Http;

/// <summary>Adds a page with every method it knows; any other method is answered with 405 and the list of those. HEAD is answered as GET is, without the
/// body.</summary>
internal static class Pages
{
    /// <summary>Adds the page.</summary>
    /// <param name="app">Where to.</param>
    /// <param name="pattern">Its route.</param>
    /// <param name="methods">What answers each method.</param>
    public static void Map(IEndpointRouteBuilder app, string pattern, params (string Method, RequestDelegate Answer)[] methods)
    {
        foreach (var (method, answer) in methods)
            app.MapMethods(pattern, method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [method], answer);
        var allowed = string.Join(", ", methods.SelectMany(m => m.Method == HttpMethods.Get ? (string[])[HttpMethods.Get, HttpMethods.Head] : [m.Method]));
        app.Map(pattern, context => throw new RequestProblemException(StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Method} is not possible here; {allowed} is.")
        { Allow = allowed });
    }
}
